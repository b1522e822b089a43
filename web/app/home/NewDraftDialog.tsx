import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { length, number } from "../ui/format.ts";
import { Problem } from "../ui/Problem.tsx";
import { fieldErrors } from "../ui/problems.ts";
import { useFirstWrong } from "../ui/useFirstWrong.ts";
import { keepVisibility, PLATFORMS, usualVisibility } from "./choices.ts";
import styles from "./NewDraftDialog.module.css";
import { commandOf, type NewDraftForm, wrong } from "./newDraftForm.ts";
import { VisibilityChoice } from "./VisibilityChoice.tsx";

const words = text.home.create;

/** A new draft: its title, who may read it, where it is meant for, and how it begins. */
export default function NewDraftDialog({ onClose }: { onClose: () => void }) {
  const { client, config } = useSession();
  const [, navigate] = useLocation();
  const [form, setForm] = useState<NewDraftForm>(() => ({
    title: "",
    visibility: usualVisibility(config.default_visibility),
    platform: "",
    beginning: "",
  }));
  const [tries, setTries] = useState(0);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Error | null>(null);
  const refused = fieldErrors(fault, ["title", "initial_segment", "visibility", "platform"]);
  const own = tries > 0 ? wrong(form, config.limits) : {};
  const place = useFirstWrong(tries);
  const change = (part: Partial<NewDraftForm>) => {
    setFault(null);
    setForm({ ...form, ...part });
  };

  const create = async (event: FormEvent) => {
    event.preventDefault();
    setTries((before) => before + 1);
    if (busy || Object.keys(wrong(form, config.limits)).length > 0) return;
    setBusy(true);
    try {
      const { draft_id } = await client.send(commandOf(form));
      keepVisibility(form.visibility);
      onClose();
      navigate(`/drafts/${draft_id}`);
    } catch (error) {
      setFault(error as Error);
      setTries((before) => before + 1);
      setBusy(false);
    }
  };

  return (
    <Dialog open title={words.title} onClose={onClose}>
      <form ref={place} className={styles.form} onSubmit={create} noValidate>
        <Field label={words.name} error={own.title ?? refused.fields.title}>
          {(control) => (
            <input
              {...control}
              dir="auto"
              autoComplete="off"
              required
              value={form.title}
              onChange={(event) => change({ title: event.target.value })}
            />
          )}
        </Field>
        <Field
          label={words.beginning}
          hint={words.left(number(length(form.beginning)), number(config.limits.segment_characters))}
          error={own.beginning ?? refused.fields.initial_segment}
        >
          {(control) => (
            <textarea
              {...control}
              dir="auto"
              value={form.beginning}
              onChange={(event) => change({ beginning: event.target.value })}
            />
          )}
        </Field>
        <VisibilityChoice chosen={form.visibility} onChoose={(visibility) => change({ visibility })} />
        <Field label={words.platform} error={refused.fields.platform}>
          {(control) => (
            <select
              {...control}
              value={form.platform}
              onChange={(event) => change({ platform: event.target.value as NewDraftForm["platform"] })}
            >
              <option value="">{words.noPlatform}</option>
              {PLATFORMS.map((each) => (
                <option key={each} value={each}>
                  {words.platforms[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        {refused.rest && <Problem error={refused.rest} />}
        <div className={styles.actions}>
          <Button onClick={onClose}>{text.ui.cancel}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {words.go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
