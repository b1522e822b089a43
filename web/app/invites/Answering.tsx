import { Refused } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { useState } from "react";
import { useLocation } from "wouter";
import { Confirm } from "../people/Confirm.tsx";
import { useWish } from "../people/wish.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import { dropToken } from "./heldToken.ts";
import type { InvitationRead } from "./invitation.ts";
import styles from "./invites.module.css";

export interface AnsweringProps {
  invite: InvitationRead;
  /** Null: the link that was opened had none. */
  token: string | null;
  onChange: () => void;
}

const words = text.invite.page;

/** Yes or no. */
export function Answering({ invite, token, onChange }: AnsweringProps) {
  const [declining, setDeclining] = useState(false);
  const { busy, error, accept } = useAccept(invite, token, onChange);
  return (
    <>
      {token === null && (
        <p className={styles.note}>
          <strong>{words.noToken}.</strong> {words.noTokenWhat(invite.inviter_display)}
        </p>
      )}
      {error !== null && <Failed error={error} />}
      <div className={styles.buttons}>
        <Button kind="primary" busy={busy} disabled={token === null} onClick={accept}>
          {words.accept}
        </Button>
        <Button kind="quiet" onClick={() => setDeclining(true)}>
          {words.decline}
        </Button>
      </div>
      {declining && (
        <Confirm
          title={words.declineTitle}
          confirm={words.decline}
          danger
          command={{ type: "decline-invite", invite_id: invite.invite_id }}
          onDone={() => {
            dropToken(invite.invite_id);
            setDeclining(false);
            onChange();
          }}
          onClose={() => setDeclining(false)}
        >
          <p>{words.declineWhat(invite.inviter_display)}</p>
        </Confirm>
      )}
    </>
  );
}

/** Joins, and goes to the draft. What the token is wrong about stays an error; what became of the invite is read anew. */
function useAccept(invite: InvitationRead, token: string | null, onChange: () => void) {
  const client = useOneRing();
  const [, navigate] = useLocation();
  const { busy, error, ask } = useWish();
  const accept = async () => {
    if (token === null) return;
    const command = { type: "accept-invite", invite_id: invite.invite_id, token } as const;
    // The token is no part of what is remembered of the wish.
    const done = await ask(invite.invite_id, (key) => client.send(command, { key }));
    if (done === null) return onChange();
    dropToken(invite.invite_id);
    const body = invite.role === "contributor" ? words.welcomeWriter : words.welcomeReader;
    toast({ title: words.welcome(invite.draft_title), body, kind: "good" });
    navigate(`/drafts/${invite.draft_id}`, { replace: true });
  };
  return { busy, error, accept };
}

function Failed({ error }: { error: Error }) {
  const wrong = error instanceof Refused && error.code === "forbidden";
  return wrong ? (
    <p role="alert" className={styles.note}>
      {words.wrongToken}
    </p>
  ) : (
    <Problem error={error} />
  );
}
