/** One segment of the text, with who wrote it where a passage begins. */

import type { Segment } from "@onering/client";
import { memo } from "react";
import { text } from "../strings.ts";
import { Name } from "../ui/Name.tsx";
import { personStyle } from "../ui/person.ts";
import { When } from "../ui/When.tsx";
import { Amending, type Amendments, type Change } from "./Amending.tsx";
import { Marked } from "./Marked.tsx";
import styles from "./Passage.module.css";
import type { Opening } from "./passages.ts";
import { useFocusAfter } from "./useFocusAfter.ts";

export interface PassageProps {
  segment: Segment;
  opening: Opening;
  name: string;
  me: string | null;
  /** Sent, and not confirmed yet. */
  underway: boolean;
  /** How the signed-in person may change it; null: not at all. */
  amendments: Amendments | null;
  /** How it is being changed right now; null: it is not. */
  change: Change | null;
  /** What is looked for in the text; empty: nothing. */
  sought: string;
}

/** It renders again only if something of this very segment changed. */
export const Passage = memo(function Passage(props: PassageProps) {
  const { segment, opening, name, me, underway, amendments, change, sought } = props;
  const passage = useFocusAfter<HTMLDivElement>(change !== null);
  return (
    <div
      ref={passage}
      tabIndex={-1}
      className={styles.passage}
      data-opening={opening}
      data-underway={underway || undefined}
    >
      <p className={`${styles.who} person`} style={personStyle(segment.author_user_id)}>
        {opening === "author" && (
          <span className={styles.name} title={name}>
            <Name userId={segment.author_user_id} name={name} me={me} />
          </span>
        )}
        {opening !== "none" && !underway && <When at={segment.created_at} />}
      </p>
      <div className={styles.body}>
        {change !== null && amendments !== null ? (
          <Amending segment={segment} amendments={amendments} change={change} />
        ) : (
          <p className={styles.text} dir="auto">
            <Marked content={segment.content} sought={sought} />
          </p>
        )}
        {underway && <p className={styles.underway}>{text.draft.text.onItsWay}</p>}
        {amendments !== null && change === null && !underway && <Tools segment={segment} amendments={amendments} />}
      </div>
    </div>
  );
});

function Tools({ segment, amendments }: { segment: Segment; amendments: Amendments }) {
  const start = segment.content.trim().slice(0, 30);
  return (
    <p className={styles.tools}>
      <button
        type="button"
        aria-label={text.draft.text.changeOf(start)}
        onClick={() => amendments.begin(segment.segment_id)}
      >
        {text.draft.text.change}
      </button>
      <button
        type="button"
        aria-label={text.draft.text.withdrawOf(start)}
        onClick={() => amendments.askToWithdraw(segment)}
      >
        {text.draft.text.withdraw}
      </button>
    </p>
  );
}
