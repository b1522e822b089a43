import { text } from "../strings.ts";
import type { InvitationRead } from "./invitation.ts";
import styles from "./invites.module.css";
import { WayOn } from "./WayOn.tsx";

const words = text.invite.page;

/** An invitation that can't be answered any more: why, and what to do. */
export function Settled({ invite, mine }: { invite: InvitationRead; mine: boolean }) {
  const [title, what] = said(invite, mine);
  return (
    <div className={styles.sheet}>
      <p className={styles.lead}>{title}</p>
      {mine && <p>{what}</p>}
      <WayOn invite={invite} />
    </div>
  );
}

function said({ status, inviter_display: inviter }: InvitationRead, mine: boolean): readonly [string, string] {
  switch (status) {
    case "expired":
      return [words.expired, words.expiredWhat(inviter)];
    case "revoked":
      return [words.revoked, words.revokedWhat(inviter)];
    case "declined":
      return [mine ? words.declined : words.declinedByTarget, words.declinedWhat(inviter)];
    case "accepted":
    case "pending":
      return [words.accepted, ""];
  }
}
