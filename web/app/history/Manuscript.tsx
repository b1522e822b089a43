import type { Draft, DraftEvent, Segment } from "@onering/client";
import { memo, useEffect, useRef } from "react";
import { text } from "../strings.ts";
import { personStyle } from "../ui/person.ts";
import styles from "./Manuscript.module.css";
import type { NameOf } from "./sentences.ts";
import { sharesOf } from "./shares.ts";
import { wantsCalm } from "./usePlaying.ts";

const say = text.history;

export interface ManuscriptProps {
  /** The draft as it was, all of its segments. */
  draft: Draft;
  nameOf: NameOf;
  byAuthor: boolean;
  /** What made this version, once it is known: what it touched is marked. */
  event: DraftEvent | undefined;
  /** Whether what was touched is to be brought into view. */
  follows: boolean;
  /** Whether another version is on its way. */
  waiting: boolean;
}

/** A text as it was. */
export function Manuscript({ draft, nameOf, byAuthor, event, follows, waiting }: ManuscriptProps) {
  const article = useRef<HTMLElement>(null);
  const touched = touchedBy(event);
  const places = new Map(sharesOf(draft.segments).map((share) => [share.userId, share.place]));
  useEffect(() => {
    if (!follows || touched === null) return;
    const segment = article.current?.querySelector(`[data-segment="${touched.id}"]`);
    segment?.scrollIntoView({ block: "nearest", behavior: wantsCalm() ? "auto" : "smooth" });
  }, [follows, touched?.id, touched]);
  return (
    <article ref={article} className={styles.manuscript} aria-busy={waiting} data-print="text">
      <h2 dir="auto">{draft.title}</h2>
      {draft.segments.length === 0 && <p className={styles.nothing}>{say.nothingYet}</p>}
      {draft.segments.map((segment, index) => {
        const author = segment.author_user_id;
        return (
          <Passage
            key={segment.segment_id}
            id={segment.segment_id}
            content={segment.content}
            author={byAuthor ? author : null}
            place={places.get(author) ?? 0}
            name={byAuthor && author !== draft.segments[index - 1]?.author_user_id ? nameOf(author) : null}
            touched={touched?.id === segment.segment_id ? touched.how : null}
          />
        );
      })}
      <p className={styles.turn}>{turn(draft, nameOf)}</p>
    </article>
  );
}

interface PassageProps {
  id: string;
  content: Segment["content"];
  /** Whose colour it has; null for none. */
  author: string | null;
  place: number;
  /** What its author is called, where another one's passage came before. */
  name: string | null;
  touched: "written" | "amended" | null;
}

/** One segment; of a long text only those are drawn again that became other than they were. */
const Passage = memo(function Passage({ id, content, author, place, name, touched }: PassageProps) {
  return (
    <div
      className={author === null ? styles.passage : `${styles.passage} ${styles.authored} person`}
      style={author === null ? undefined : personStyle(author)}
      data-segment={id}
      data-pattern={place % 4}
      data-touched={touched ?? undefined}
    >
      {name !== null && (
        <p className={styles.name}>
          <bdi>{name}</bdi>
        </p>
      )}
      {touched !== null && (
        <p className={styles.touched}>{touched === "written" ? say.justWritten : say.justAmended}</p>
      )}
      <p dir="auto">{content}</p>
    </div>
  );
});

function touchedBy(event: DraftEvent | undefined): { id: string; how: "written" | "amended" } | null {
  if (event?.type === "segment_added" && event.data !== null) return { id: event.data.segment_id, how: "written" };
  if (event?.type === "segment_amended" && event.data !== null) return { id: event.data.segment_id, how: "amended" };
  return null;
}

function turn(draft: Draft, nameOf: NameOf): string {
  switch (draft.status) {
    case "completed":
      return say.done;
    case "archived":
      return say.put;
    case "locked":
      return say.didLocked;
    case "active":
      return say.turnOf(nameOf(draft.ring_state.current_holder_id));
  }
}
