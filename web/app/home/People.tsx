import type { Member } from "@onering/client";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { list, number } from "../ui/format.ts";
import styles from "./People.module.css";

const SHOWN = 4;
/** Nobody listens to a thousand names. */
const NAMED = 12;

/** Who is in a draft, as a row of faces; their names are said, and shown when pointed at. */
export function People({ members, me }: { members: readonly Member[]; me: string | null }) {
  const names = list(named(members, me));
  const rest = members.length - SHOWN;
  return (
    <span className={styles.people} title={names}>
      <span className="said">{text.home.people(names)}</span>
      {members.slice(0, SHOWN).map(({ user_id, display }) => (
        <Avatar key={user_id} userId={user_id} name={display} size={24} />
      ))}
      {rest > 0 && <span aria-hidden="true">+{number(rest)}</span>}
    </span>
  );
}

function named(members: readonly Member[], me: string | null): readonly string[] {
  const names = members.slice(0, NAMED).map(({ user_id, display }) => (user_id === me ? text.ui.you : display));
  return members.length > NAMED ? [...names, text.home.moreOthers(members.length - NAMED)] : names;
}
