import type { Draft, GrantedRole } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { type FormEvent, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import { useFirstWrong } from "../ui/useFirstWrong.ts";
import { addressee } from "./addressee.ts";
import styles from "./people.module.css";
import { RoleChoice } from "./RoleChoice.tsx";
import { useWish } from "./wish.ts";

export interface AddPersonProps {
  draft: Draft;
  me: string;
  /** A handle is found by inviting alone: here is one that was typed, with the role for them. */
  onInvite: (handle: string, role: GrantedRole) => void;
}

/** Lets the owner take somebody in at once, by their user id. */
export function AddPerson({ draft, me, onInvite }: AddPersonProps) {
  const client = useOneRing();
  const [typed, setTyped] = useState("");
  const [role, setRole] = useState<GrantedRole>("contributor");
  const [fault, setFault] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const place = useFirstWrong(tries);
  const { busy, error, ask, forget } = useWish();

  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const who = addressee(typed);
    if (who.by === "handle") return onInvite(`@${who.handle}`, role);
    const wrong = who.by === "nothing" ? text.people.add[who.fault] : inAlready(draft, who.userId, me);
    setFault(wrong);
    setTries((before) => before + 1);
    if (wrong !== null || who.by === "nothing") return;
    const command = { type: "add-collaborator", draft_id: draft.draft_id, collaborator_id: who.userId, role } as const;
    if ((await ask(command, (key) => client.send(command, { key }))) === null) return;
    toast({ title: text.people.add.done(who.userId), kind: "good" });
    setTyped("");
  };
  const type = (value: string) => {
    setTyped(value);
    setFault(null);
    forget();
  };
  return (
    <form ref={place} className={styles.form} onSubmit={add} noValidate aria-label={text.people.add.title}>
      <Field label={text.people.add.who} hint={text.people.add.whoHint} error={fault}>
        {(control) => (
          <input {...control} {...AS_TYPED} dir="auto" value={typed} onChange={(event) => type(event.target.value)} />
        )}
      </Field>
      <RoleChoice legend={text.people.add.role} value={role} onChange={setRole} />
      {error !== null && <Problem error={error} />}
      <Button type="submit" busy={busy}>
        {typed.trim().startsWith("@") ? text.people.add.invite : text.people.add.submit}
      </Button>
    </form>
  );
}

/** Names of people are no words of a language. */
export const AS_TYPED = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;

function inAlready(draft: Draft, userId: string, me: string): string | null {
  if (userId === me) return text.people.add.yourself;
  const member = draft.members.find((one) => one.user_id === userId);
  return member === undefined ? null : text.people.add.already(member.display);
}
