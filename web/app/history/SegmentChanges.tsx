import { useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { number } from "../ui/format.ts";
import { By } from "./By.tsx";
import type { Diff } from "./composed.ts";
import styles from "./Differences.module.css";
import type { NameOf } from "./sentences.ts";
import { WordMarks } from "./WordMarks.tsx";

const say = text.history.changes;
/** How many passages are shown at first, and are added each time: one that was rewritten may be a thousand marks. */
const STRETCH = 50;
type Segments = Diff["segments"];

interface Change {
  readonly how: "added" | "amended" | "withdrawn";
  readonly segment: Segments["added"][number] | Segments["amended"][number];
  readonly from: string;
  readonly to: string;
}

/** What became of the text, in its order: passages that came, went, or read otherwise than before. */
export function SegmentChanges({ segments, nameOf }: { segments: Segments; nameOf: NameOf }) {
  const [limit, setLimit] = useState(STRETCH);
  const changes = inOrder(segments);
  if (changes.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="changes-text">
      <h3 id="changes-text">{say.text}</h3>
      {changes.slice(0, limit).map(({ how, segment, from, to }) => (
        <article key={segment.segment_id} className={styles.segment} data-how={how}>
          <header className={styles.about}>
            <strong>{say.segment(number(segment.segment_order + 1))}</strong>
            <span className={styles.how}>{say[how]}</span>
            <By change={segment} nameOf={nameOf} />
          </header>
          <p className={styles.written} dir="auto">
            <WordMarks from={from} to={to} />
          </p>
        </article>
      ))}
      {changes.length > limit && (
        <div>
          <Button onClick={() => setLimit(limit + STRETCH)}>{say.more}</Button>
        </div>
      )}
    </section>
  );
}

function inOrder({ added, amended, withdrawn }: Segments): readonly Change[] {
  const changes: Change[] = [
    ...added.map((segment) => ({ how: "added" as const, segment, from: "", to: segment.content })),
    ...amended.map((segment) => ({ how: "amended" as const, segment, from: segment.from, to: segment.to })),
    ...withdrawn.map((segment) => ({ how: "withdrawn" as const, segment, from: segment.content, to: "" })),
  ];
  return changes.sort((a, b) => a.segment.segment_order - b.segment.segment_order);
}
