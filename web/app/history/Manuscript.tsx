import type { Draft, DraftEvent, Segment } from "@onering/client";
import { memo, useDeferredValue, useEffect, useRef } from "react";
import { text } from "../strings.ts";
import { personStyle } from "../ui/person.ts";
import styles from "./Manuscript.module.css";
import type { NameOf } from "./sentences.ts";
import { sharesOf } from "./shares.ts";
import { wantsCalm } from "./usePlaying.ts";

const say = text.history;

/** What a version did to a segment. */
type Touch = "written" | "amended" | null;

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

/** A text as it was. A long one is drawn between what its reader does, and the slider never waits for it. */
export function Manuscript({ draft, nameOf, byAuthor, event, follows, waiting }: ManuscriptProps) {
  const article = useRef<HTMLElement>(null);
  const shown = useDeferredValue(draft);
  const { id: touched, how } = touchedBy(event, shown.version);
  useEffect(() => {
    if (!follows || touched === null) return;
    const segment = article.current?.querySelector(`[data-segment="${touched}"]`);
    segment?.scrollIntoView({ block: "nearest", behavior: wantsCalm() ? "auto" : "smooth" });
  }, [follows, touched]);
  return (
    <article ref={article} className={styles.manuscript} aria-busy={waiting || shown !== draft}>
      <h2 dir="auto">{shown.title}</h2>
      {shown.segments.length === 0 && <p className={styles.nothing}>{say.nothingYet}</p>}
      <Passages segments={shown.segments} nameOf={nameOf} byAuthor={byAuthor} touched={touched} how={how} />
      <p className={styles.turn}>{turn(shown, nameOf)}</p>
    </article>
  );
}

interface PassagesProps {
  segments: Draft["segments"];
  nameOf: NameOf;
  byAuthor: boolean;
  /** The segment that this version touched, and how; null for none. */
  touched: string | null;
  how: Touch;
}

/** All segments of a text in order. */
const Passages = memo(function Passages({ segments, nameOf, byAuthor, touched, how }: PassagesProps) {
  const places = new Map(byAuthor ? sharesOf(segments).map((share) => [share.userId, share.place]) : []);
  return segments.map((segment, index) => {
    const author = segment.author_user_id;
    return (
      <Passage
        key={segment.segment_id}
        id={segment.segment_id}
        content={segment.content}
        author={byAuthor ? author : null}
        place={places.get(author) ?? 0}
        name={byAuthor && author !== segments[index - 1]?.author_user_id ? nameOf(author) : null}
        touched={touched === segment.segment_id ? how : null}
      />
    );
  });
});

interface PassageProps {
  id: string;
  content: Segment["content"];
  /** Whose colour it has; null for none. */
  author: string | null;
  place: number;
  /** What its author is called, where another one's passage came before. */
  name: string | null;
  touched: Touch;
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

function touchedBy(event: DraftEvent | undefined, version: number): { id: string | null; how: Touch } {
  if (event?.version !== version) return { id: null, how: null };
  if (event.type === "segment_added" && event.data !== null) return { id: event.data.segment_id, how: "written" };
  if (event.type === "segment_amended" && event.data !== null) return { id: event.data.segment_id, how: "amended" };
  return { id: null, how: null };
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
