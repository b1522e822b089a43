/** Who writes here, who of them is there now, and who is writing. */

import type { Draft, DraftState } from "@onering/client";
import { usePresence } from "@onering/client/react";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import styles from "./Head.module.css";
import { nameOf } from "./people.ts";

/** So many are shown by their faces, the others as a number. */
const SHOWN = 6;

export interface PeopleProps {
  draft: Draft;
  me: string | null;
  names: DraftState["names"];
  onOpen: () => void;
}

export function People({ draft, me, names, onOpen }: PeopleProps) {
  const { people, count, anonymous, typing } = usePresence(draft.draft_id);
  const there = new Set(people);
  // Those who are there come first, so that they are among the shown.
  const members = [...draft.members].sort(
    (one, other) => Number(there.has(other.user_id)) - Number(there.has(one.user_id)),
  );
  const readers = count + anonymous - members.filter(({ user_id }) => there.has(user_id)).length;
  const words = text.draft.head;
  const holder = draft.status === "active" || draft.status === "locked" ? draft.ring_state.current_holder_id : null;
  return (
    <div className={styles.people}>
      <button type="button" className={styles.faces} onClick={onOpen}>
        {members.slice(0, SHOWN).map(({ user_id }) => (
          <span key={user_id} title={words[there.has(user_id) ? "present" : "absent"](nameOf(draft, names, user_id))}>
            <Avatar
              userId={user_id}
              name={nameOf(draft, names, user_id)}
              present={there.has(user_id)}
              holder={user_id === holder}
            />
          </span>
        ))}
        {members.length > SHOWN && <span className={styles.more}>+{members.length - SHOWN}</span>}
        <span className="said">{words.people}</span>
      </button>
      <span className={styles.there}>
        {typing !== null && typing !== me
          ? words.writing(nameOf(draft, names, typing))
          : readers > 0 && words.readers(readers)}
      </span>
    </div>
  );
}
