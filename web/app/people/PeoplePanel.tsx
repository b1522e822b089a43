import { useDraft } from "@onering/client/react";
import { useState } from "react";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Spinner } from "../ui/Spinner.tsx";
import { Asked } from "./Asked.tsx";
import type { Asking } from "./asking.ts";
import { Changes } from "./Changes.tsx";
import { factsOf } from "./facts.ts";
import { PendingInvites } from "./PendingInvites.tsx";
import { Person } from "./Person.tsx";
import styles from "./people.module.css";
import { useFocusKept } from "./useFocusKept.ts";

/** Who is in a draft, who is here, who is invited, and what one may change of that. Its heading is its surroundings'. */
export default function PeoplePanel({ draftId }: { draftId: string }) {
  const live = useDraft(draftId);
  const { userId } = useSession();
  const [asking, setAsking] = useState<Asking | null>(null);
  const list = useFocusKept(live.draft?.members.length ?? 0, asking === null);
  const { draft, presence } = live;
  if (draft === null) return <Spinner label={text.people.loading} />;
  const role = draft.members.find((member) => member.user_id === userId)?.role ?? null;
  const closed = draft.status === "completed" || draft.status === "archived";
  return (
    <div className={styles.panel}>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role away from a list without bullets. */}
      <ul role="list" ref={list} tabIndex={-1} className={styles.people} aria-label={text.people.title}>
        {factsOf(draft, live).map((facts) => (
          <Person
            key={facts.member.user_id}
            {...facts}
            draftId={draftId}
            me={userId}
            changes={role === "owner" && !closed}
            onAsk={setAsking}
          />
        ))}
      </ul>
      <Others {...presence} />
      {userId !== null && role !== null && (
        <>
          <PendingInvites draftId={draftId} me={userId} role={role} />
          {closed ? (
            <p className={styles.soft}>{text.people.closed}</p>
          ) : (
            <Changes draft={draft} me={userId} owns={role === "owner"} onAsk={setAsking} />
          )}
          {asking !== null && <Asked asking={asking} draft={draft} me={userId} onClose={() => setAsking(null)} />}
        </>
      )}
    </div>
  );
}

/** Who reads along and is not in the list above. */
function Others({ complete, count, anonymous }: { complete: boolean; count: number; anonymous: number }) {
  if (!complete) return <p className={styles.soft}>{text.people.crowd(count)}</p>;
  return anonymous > 0 ? <p className={styles.soft}>{text.people.guests(anonymous)}</p> : null;
}
