import type { Member } from "@onering/client";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { list, number } from "../ui/format.ts";
import styles from "./People.module.css";

const SHOWN = 4;

/** Who is in a draft, as a row of faces; their names are said, and shown when pointed at. */
export function People({ members, me }: { members: readonly Member[]; me: string | null }) {
  const names = members.map(({ user_id, display }) => (user_id === me ? text.ui.you : display));
  const rest = members.length - SHOWN;
  return (
    <span className={styles.people} title={list(names)}>
      <span className="said">{text.home.people(list(names))}</span>
      {members.slice(0, SHOWN).map(({ user_id, display }) => (
        <Avatar key={user_id} userId={user_id} name={display} size={24} />
      ))}
      {rest > 0 && <span aria-hidden="true">+{number(rest)}</span>}
    </span>
  );
}
