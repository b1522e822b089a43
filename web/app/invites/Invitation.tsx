import { useEffect } from "react";
import { useLocation } from "wouter";
import { called } from "../people/called.ts";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { moment } from "../ui/format.ts";
import { Answering } from "./Answering.tsx";
import { dropToken } from "./heldToken.ts";
import type { InvitationRead } from "./invitation.ts";
import styles from "./invites.module.css";
import { Settled } from "./Settled.tsx";
import { WayOn } from "./WayOn.tsx";

export interface InvitationProps {
  invite: InvitationRead;
  me: string;
  token: string | null;
  /** It may be another now. */
  onChange: () => void;
}

const words = text.invite.page;

/** An invitation as its two people see it: open, to be answered by one of them, or settled. */
export function Invitation({ invite, me, token, onChange }: InvitationProps) {
  const mine = invite.target_user_id === me;
  const joined = mine && invite.status === "accepted";
  const [, navigate] = useLocation();
  useEffect(() => {
    if (!joined) return;
    dropToken(invite.invite_id);
    navigate(`/drafts/${invite.draft_id}`, { replace: true });
  }, [joined, invite.invite_id, invite.draft_id, navigate]);

  if (joined) return null;
  if (invite.status !== "pending") return <Settled invite={invite} mine={mine} />;
  return (
    <article className={styles.sheet}>
      <Asked invite={invite} mine={mine} />
      {mine ? <Answering invite={invite} token={token} onChange={onChange} /> : <NotMine invite={invite} me={me} />}
    </article>
  );
}

/** Who asks whom into what. */
function Asked({ invite, mine }: { invite: InvitationRead; mine: boolean }) {
  const other = mine ? null : called(invite.target_user_id, invite.target_display);
  const writes = invite.role === "contributor";
  return (
    <>
      <p className={styles.by}>
        <Avatar userId={invite.inviter_user_id} name={invite.inviter_display} size={40} />
        <span>
          {words.asks(invite.inviter_display, other)} {writes ? words.toWrite : words.toRead}
        </span>
      </p>
      <h2 className={styles.title} dir="auto">
        {invite.draft_title ?? words.hidden}
      </h2>
      {invite.message !== null && (
        <blockquote className={styles.message} dir="auto">
          {invite.message}
        </blockquote>
      )}
      <p className={styles.soft}>
        {writes ? words.youMayWrite : words.youMayRead} {words.until}{" "}
        <time dateTime={invite.expires_at}>{moment(invite.expires_at)}</time>.
      </p>
    </>
  );
}

/** Whoever made it, or is in the draft, opened the link that is for somebody else. */
function NotMine({ invite, me }: { invite: InvitationRead; me: string }) {
  const you = invite.inviter_user_id === me ? invite.inviter_display : me;
  return (
    <>
      <p className={styles.note}>{words.wrongPersonFor(called(invite.target_user_id, invite.target_display), you)}</p>
      <WayOn invite={invite} />
    </>
  );
}
