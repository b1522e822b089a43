import type { Invite, Role } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { day, fullDate } from "../ui/format.ts";
import { Name } from "../ui/Name.tsx";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import { called } from "./called.ts";
import { tellInvitesChanged } from "./inviteNews.ts";
import styles from "./people.module.css";
import { useFocusKept } from "./useFocusKept.ts";
import { usePendingInvites } from "./usePendingInvites.ts";
import { useWish } from "./wish.ts";

export interface PendingInvitesProps {
  draftId: string;
  me: string;
  role: Role;
}

/** Who is invited and has not answered yet, for the draft's members. */
export function PendingInvites({ draftId, me, role }: PendingInvitesProps) {
  const { pending, more, error, refresh } = usePendingInvites(draftId);
  const list = useFocusKept(pending?.length ?? 0);
  if (pending === null) return error === null ? null : <Problem error={error} retry={refresh} />;
  return (
    <section className={styles.part}>
      <h3>{text.people.pending.title}</h3>
      {pending.length === 0 && <p className={styles.soft}>{text.people.pending.empty}</p>}
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role away from a list without bullets. */}
      <ul role="list" ref={list} tabIndex={-1} className={styles.people} aria-label={text.people.pending.title}>
        {pending.map((invite) => (
          <Pending
            key={invite.invite_id}
            invite={invite}
            mayRevoke={role === "owner" || invite.inviter_user_id === me}
          />
        ))}
      </ul>
      {more && <p className={styles.soft}>{text.people.pending.newest}</p>}
    </section>
  );
}

function Pending({ invite, mayRevoke }: { invite: Invite; mayRevoke: boolean }) {
  const words = text.people.pending;
  const name = called(invite.target_user_id, invite.target_display);
  const { busy, error, revoke } = useRevoke(invite, name);
  return (
    <li className={styles.person}>
      <div className={styles.who}>
        <p className={styles.name}>
          <Name userId={invite.target_user_id} name={name} />
        </p>
        <p className={styles.facts}>
          {invite.role === "viewer" ? words.asReader : words.asWriter} · <bdi>{words.by(invite.inviter_display)}</bdi>
        </p>
        <p className={styles.facts}>
          {words.until}{" "}
          <time dateTime={invite.expires_at} title={fullDate(invite.expires_at)}>
            {day(invite.expires_at)}
          </time>
        </p>
        {error !== null && <Problem error={error} retry={revoke} />}
      </div>
      {mayRevoke && (
        <Button kind="quiet" busy={busy} aria-label={words.revokeFor(name)} onClick={revoke}>
          {words.revoke}
        </Button>
      )}
    </li>
  );
}

function useRevoke(invite: Invite, name: string) {
  const client = useOneRing();
  const { busy, error, ask } = useWish();
  const revoke = async () => {
    const command = { type: "revoke-invite", invite_id: invite.invite_id } as const;
    const done = await ask(command, (key) => client.send(command, { key }));
    if (done !== null) toast({ title: text.people.pending.revoked(name), kind: "good" });
    // Refused, it was answered meanwhile: then the list is old.
    tellInvitesChanged(invite.draft_id);
  };
  return { busy, error, revoke };
}
