import type { ListedDraft } from "@onering/client";
import { Link } from "wouter";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { When } from "../ui/When.tsx";
import styles from "./DraftRow.module.css";
import { isMyTurn } from "./order.ts";
import { People } from "./People.tsx";
import { Snippet } from "./Snippet.tsx";
import { Whose } from "./Whose.tsx";

/* The service sends the last segments of each draft, and no more of them. */
const MOST_SEGMENTS = 200;

/** A draft in a list: what it is called, how it goes on, and whose turn it is. */
export function DraftRow({ draft, me }: { draft: ListedDraft; me: string | null }) {
  const { segments } = draft;
  const last = segments[segments.length - 1];
  const count = number(segments.length);
  return (
    <li className={styles.row} data-turn={isMyTurn(draft, me) || undefined}>
      <h3 className={styles.title} dir="auto">
        <Link href={`/drafts/${draft.draft_id}`}>{draft.title}</Link>
      </h3>
      {draft.snippet ? (
        <Snippet snippet={draft.snippet} />
      ) : (
        <p className={styles.teaser} dir="auto">
          {last?.content ?? text.home.blank}
        </p>
      )}
      <div className={styles.facts}>
        <Whose draft={draft} me={me} />
        <span dir="auto">
          <span className="said">{text.home.lastActivity}</span> <When at={draft.updated_at} />
        </span>
        <span dir="auto">
          {segments.length < MOST_SEGMENTS ? text.home.segments(segments.length, count) : text.home.many(count)}
        </span>
        {draft.visibility === "public" && <span>{text.home.isPublic}</span>}
        <People members={draft.members} me={me} />
      </div>
    </li>
  );
}
