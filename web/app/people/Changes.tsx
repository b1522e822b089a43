import type { Draft, GrantedRole } from "@onering/client";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { AddPerson } from "./AddPerson.tsx";
import type { Asking } from "./asking.ts";
import styles from "./people.module.css";

export interface ChangesProps {
  draft: Draft;
  me: string;
  owns: boolean;
  onAsk: (asking: Asking) => void;
}

/** How people come and go. */
export function Changes({ draft, me, owns, onAsk }: ChangesProps) {
  const mayInvite = owns || draft.ring_state.current_holder_id === me;
  const invite = (to = "", role: GrantedRole = "contributor") => onAsk({ what: "invite", to, role });
  return (
    <>
      {mayInvite ? (
        <Button onClick={() => invite()}>{text.people.invite}</Button>
      ) : (
        <p className={styles.soft}>{text.people.mayInvite}</p>
      )}
      {owns && (
        <details className={styles.fold}>
          <summary>{text.people.add.title}</summary>
          <AddPerson draft={draft} me={me} onInvite={invite} />
        </details>
      )}
      <div className={styles.leave}>
        {owns && <p className={styles.soft}>{text.people.leave.owner}</p>}
        {owns ? (
          <Button kind="quiet" onClick={() => onAsk({ what: "transfer", to: "" })}>
            {text.people.transfer.open}
          </Button>
        ) : (
          <Button kind="quiet" onClick={() => onAsk({ what: "leave" })}>
            {text.people.leave.open}
          </Button>
        )}
      </div>
    </>
  );
}
