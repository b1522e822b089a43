import { type Draft, type GrantedRole, type NewInvite, Refused } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { type FormEvent, useState } from "react";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { length } from "../ui/format.ts";
import { Problem } from "../ui/Problem.tsx";
import { useFirstWrong } from "../ui/useFirstWrong.ts";
import { AS_TYPED } from "./AddPerson.tsx";
import { type Addressee, addressee } from "./addressee.ts";
import { tellInvitesChanged } from "./inviteNews.ts";
import { lifetime, lifetimes, usualLifetime } from "./lifetime.ts";
import styles from "./people.module.css";
import { RoleChoice } from "./RoleChoice.tsx";
import { useWish } from "./wish.ts";

export interface InviteFormProps {
  draft: Draft;
  me: { userId: string | null; handle: string | null };
  to: string;
  role: GrantedRole;
  onMade: (invite: NewInvite) => void;
}

const LONGEST_MESSAGE = 500;

/** For whom an invitation is, what they may do, for how long it stands, and a few words. */
export function InviteForm({ draft, me, to, role: firstRole, onMade }: InviteFormProps) {
  const client = useOneRing();
  const { way } = useSession();
  const [typed, setTyped] = useState(to);
  const [role, setRole] = useState(firstRole);
  const [message, setMessage] = useState("");
  const [hours, setHours] = useState(usualLifetime);
  const [faults, setFaults] = useState<Faults>({});
  const [tries, setTries] = useState(0);
  const place = useFirstWrong(tries);
  const { busy, error, ask, forget } = useWish();
  const refused = error === null ? {} : refusedFields(error, addressee(typed), draft);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const who = addressee(typed);
    const wrong = { who: wrongPerson(who, draft, me), message: wrongMessage(message) };
    setFaults(wrong);
    setTries((before) => before + 1);
    if (who.by === "nothing" || wrong.who !== undefined || wrong.message !== undefined) return;
    const target = who.by === "handle" ? { target_handle: who.handle } : { target_user_id: who.userId };
    const body = { ...target, role, expires_in_hours: hours, ...(message === "" ? {} : { message }) };
    const path = { draft_id: draft.draft_id };
    const made = await ask(body, (key) =>
      client.call("post", "/v1/collab/drafts/{draft_id}/invites", { path, body, headers: { "Idempotency-Key": key } }),
    );
    if (made === null) return setTries((before) => before + 1);
    tellInvitesChanged(draft.draft_id);
    onMade(made.data);
  };
  const changeWho = (value: string) => {
    setTyped(value);
    setFaults({ ...faults, who: undefined });
    forget();
  };
  return (
    <form ref={place} className={styles.form} onSubmit={submit} noValidate>
      <Field
        label={text.invite.who}
        hint={way === "development" ? text.invite.whoHintHere : text.invite.whoHint}
        error={faults.who ?? refused.who}
      >
        {(control) => (
          <input
            {...control}
            {...AS_TYPED}
            dir="auto"
            value={typed}
            onChange={(event) => changeWho(event.target.value)}
          />
        )}
      </Field>
      <RoleChoice legend={text.invite.role} value={role} onChange={setRole} />
      <Field label={text.invite.message} hint={text.invite.messageHint} error={faults.message ?? refused.message}>
        {(control) => (
          <textarea
            {...control}
            dir="auto"
            rows={3}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
        )}
      </Field>
      <Field label={text.invite.expires}>
        {(control) => (
          <select {...control} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {lifetimes.map((choice) => (
              <option key={choice} value={choice}>
                {lifetime(choice)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {error !== null && Object.keys(refused).length === 0 && <Problem error={error} />}
      <div className={styles.actions}>
        <Button kind="primary" type="submit" busy={busy}>
          {text.invite.submit}
        </Button>
      </div>
    </form>
  );
}

interface Faults {
  who?: string | undefined;
  message?: string | undefined;
}

function wrongPerson(who: Addressee, draft: Draft, me: InviteFormProps["me"]): string | undefined {
  if (who.by === "nothing") return text.people.add[who.fault];
  if (who.by === "handle") return who.handle === me.handle ? text.invite.yourself : undefined;
  if (who.userId === me.userId) return text.invite.yourself;
  const member = draft.members.find((one) => one.user_id === who.userId);
  return member && text.people.add.already(member.display);
}

function wrongMessage(message: string): string | undefined {
  if (message !== "" && message.trim() === "") return text.invite.blankMessage;
  const left = LONGEST_MESSAGE - length(message);
  return left < 0 ? text.invite.longMessage(left) : undefined;
}

/** Which field the service's refusal is about; none: it is about something else. */
function refusedFields(error: Error, who: Addressee, draft: Draft): Faults {
  if (!(error instanceof Refused)) return {};
  const fault = error.errors[0];
  if (fault !== undefined) return fault.loc.includes("message") ? { message: fault.msg } : { who: fault.msg };
  const open = draft.status === "active" || draft.status === "locked";
  if (error.code === "not_found" && who.by === "handle") return { who: text.invite.unknownHandle(who.handle) };
  // The rest of what it says about an invitation is about whom it is for: themselves, or a member already.
  return open && (error.code === "conflict" || error.code === "validation_error") ? { who: error.detail } : {};
}
