import { Refused } from "@onering/client";
import { type FormEvent, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { Problem } from "../ui/Problem.tsx";
import { fieldErrors } from "../ui/problems.ts";
import { Spinner } from "../ui/Spinner.tsx";
import { toast } from "../ui/toast.ts";
import { useFirstWrong } from "../ui/useFirstWrong.ts";
import { useSession } from "./session.ts";
import { UsageOf } from "./UsageOf.tsx";
import styles from "./YourName.module.css";

const words = text.session.name;

/** How others see me, and what I have used of my plan. */
export default function YourName({ onClose }: { onClose: () => void }) {
  const { me } = useSession();
  return (
    <Dialog open title={words.title} onClose={onClose}>
      {me === null ? <Spinner /> : <NameForm displayName={me.display_name} handle={me.handle} onDone={onClose} />}
      {me !== null && <UsageOf me={me} />}
    </Dialog>
  );
}

interface NameFormProps {
  displayName: string | null;
  handle: string | null;
  onDone: () => void;
}

function NameForm({ displayName, handle, onDone }: NameFormProps) {
  const { client, refreshMe } = useSession();
  const [wanted, setWanted] = useState({ displayName: displayName ?? "", handle: handle ?? "" });
  const [fault, setFault] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const [tries, setTries] = useState(0);
  const place = useFirstWrong(tries);
  const taken = fault instanceof Refused && fault.code === "conflict" ? fault.detail : null;
  const { fields, rest } = fieldErrors(taken === null ? fault : null, ["display_name", "handle"]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { display_name: orNull(wanted.displayName), handle: orNull(wanted.handle.replace(/^@/, "")) };
      await client.call("patch", "/v1/me", { body });
      refreshMe();
      toast({ title: words.saved, kind: "good" });
      onDone();
    } catch (error) {
      setFault(error as Error);
      setBusy(false);
      setTries((before) => before + 1);
    }
  };

  return (
    <form ref={place} className={styles.form} onSubmit={save} noValidate>
      <Field label={words.displayName} hint={words.displayNameHint} error={fields.display_name}>
        {(control) => (
          <input
            {...control}
            dir="auto"
            autoComplete="name"
            maxLength={50}
            value={wanted.displayName}
            onChange={(event) => setWanted({ ...wanted, displayName: event.target.value })}
          />
        )}
      </Field>
      <Field label={words.handle} hint={words.handleHint} error={taken ?? (fields.handle && words.handleWrong)}>
        {(control) => (
          <input
            {...control}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={31}
            value={wanted.handle}
            onChange={(event) => setWanted({ ...wanted, handle: event.target.value })}
          />
        )}
      </Field>
      {rest && <Problem error={rest} />}
      <div className={styles.actions}>
        <Button onClick={onDone}>{text.ui.cancel}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

const orNull = (entered: string): string | null => (entered.trim() === "" ? null : entered.trim());
