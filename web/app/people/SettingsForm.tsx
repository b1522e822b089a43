import { type Draft, Refused } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { type FormEvent, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import { useFirstWrong } from "../ui/useFirstWrong.ts";
import { editCommand, type Fault, faults, LONGEST, type SettingName } from "./changes.ts";
import styles from "./people.module.css";
import { SettingsFields } from "./SettingsFields.tsx";
import { useSettings } from "./useSettings.ts";
import { useWish } from "./wish.ts";

/** Edits a draft's settings: one command with what was changed, for the draft as it is seen here and no newer one. */
export function SettingsForm({ draft, onDone }: { draft: Draft; onDone: () => void }) {
  const client = useOneRing();
  const settings = useSettings(draft);
  const { busy, error, ask, forget } = useWish();
  const [wrong, setWrong] = useState<Partial<Record<SettingName, string>>>({});
  const [tries, setTries] = useState(0);
  const place = useFirstWrong(tries);
  const [asksPublic, setAsksPublic] = useState(false);
  const { base, form, conflicts } = settings;
  const command = editCommand(draft.draft_id, base, form);

  const save = async () => {
    setAsksPublic(false);
    if (command === null) return onDone();
    const version = draft.version;
    const done = await ask([command, version], (key) => client.send(command, { key, expectedVersion: version }));
    if (done === null) return setTries((before) => before + 1);
    toast({ title: text.settings.saved, kind: "good" });
    onDone();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = worded(faults(base, form));
    setWrong(found);
    setTries((before) => before + 1);
    if (busy || conflicts.length > 0 || Object.keys(found).length > 0) return;
    if (form.visibility === "public" && base.visibility !== "public") setAsksPublic(true);
    else save();
  };
  const refused = error === null ? {} : refusedFields(error);
  return (
    <>
      <form ref={place} className={styles.form} onSubmit={submit} onChange={forget} noValidate>
        <SettingsFields settings={settings} wrong={{ ...refused, ...wrong }} />
        {conflicts.length > 0 && <p role="status">{text.settings.decide}</p>}
        {error !== null && Object.keys(refused).length === 0 && <Failed error={error} />}
        <div className={styles.actions}>
          <Button kind="primary" type="submit" busy={busy} disabled={command === null || conflicts.length > 0}>
            {text.settings.save}
          </Button>
        </div>
      </form>
      <Dialog open={asksPublic} title={text.settings.publicTitle} onClose={() => setAsksPublic(false)}>
        <p>{text.settings.publicWhat}</p>
        <div className={styles.actions}>
          <Button onClick={() => setAsksPublic(false)}>{text.settings.cancel}</Button>
          <Button kind="primary" onClick={save}>
            {text.settings.publicConfirm}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function Failed({ error }: { error: Error }) {
  const overtaken = error instanceof Refused && error.code === "precondition_failed";
  return overtaken ? <p role="alert">{text.settings.overtaken}</p> : <Problem error={error} />;
}

function worded(found: Partial<Record<SettingName, Fault>>): Partial<Record<SettingName, string>> {
  const words = (name: SettingName, fault: Fault) => {
    switch (fault) {
      case "empty":
        return text.settings.emptyTitle;
      case "long":
        return text.settings.long(name === "title" ? LONGEST.title : LONGEST.description);
      case "hours":
        return text.settings.badHours;
      case "date":
        return text.settings.badDate;
    }
  };
  const entries = Object.entries(found) as [SettingName, Fault][];
  return Object.fromEntries(entries.map(([name, fault]) => [name, words(name, fault)]));
}

/** As the command calls them. */
const FIELDS: Readonly<Record<string, SettingName>> = {
  title: "title",
  description: "description",
  platform: "platform",
  visibility: "visibility",
  turn_limit_hours: "turnLimit",
  target_publish_at: "publishAt",
};

function refusedFields(error: Error): Partial<Record<SettingName, string>> {
  if (!(error instanceof Refused)) return {};
  const found = error.errors.flatMap(({ loc, msg }) => {
    const name = FIELDS[String(loc.at(-1))];
    return name === undefined ? [] : [[name, msg] as const];
  });
  return Object.fromEntries(found);
}
