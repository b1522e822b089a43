/** What stands where the next segment goes, for those who cannot write it now. */

import type { Draft, DraftState } from "@onering/client";
import { usePresence } from "@onering/client/react";
import { text } from "../strings.ts";
import styles from "./Desk.module.css";
import { Later } from "./Later.tsx";
import { Moment } from "./Moment.tsx";
import { nameOf, ownerOf } from "./people.ts";
import type { Rights } from "./rules.ts";

export interface WaitingProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
}

/** Nothing where nobody writes any more: the head of the draft says so. */
export function Waiting({ draft, rights, names }: WaitingProps) {
  if (draft.status === "completed" || draft.status === "archived") return null;
  if (rights.holds) return <p className={styles.waiting}>{text.draft.wait.locked}</p>;
  const owner = nameOf(draft, names, ownerOf(draft));
  return (
    <div className={styles.waiting}>
      <Turn draft={draft} names={names} />
      {rights.role === null && <p>{text.draft.wait.stranger(owner)}</p>}
      {rights.role === "viewer" && <p>{text.draft.wait.viewer(owner)}</p>}
      {(rights.role === "owner" || rights.role === "contributor") && <p>{text.draft.wait.told}</p>}
      {rights.reclaimFrom !== null && <Later from={rights.reclaimFrom} />}
    </div>
  );
}

function Turn({ draft, names }: { draft: Draft; names: DraftState["names"] }) {
  const { typing } = usePresence(draft.draft_id);
  const { current_holder_id: holder, passed_at } = draft.ring_state;
  const name = nameOf(draft, names, holder);
  if (typing === holder) return <p className={styles.turn}>{text.draft.head.writing(name)}</p>;
  return (
    <p className={styles.turn}>
      <bdi>{text.draft.wait.title(name)}</bdi> {text.draft.ring.since} <Moment at={passed_at} />.
    </p>
  );
}
