import type { components } from "@onering/client";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import styles from "./Glance.module.css";
import { span } from "./spans.ts";

const say = text.figures;

/** The few figures that say how large a draft is and how its turns went. */
export function Glance({ summary }: { summary: components["schemas"]["Summary"] }) {
  const average = summary.avg_time_holding_ring_seconds;
  const figures: readonly (readonly [string, string])[] = [
    [say.words, number(summary.total_words)],
    [say.segments, number(summary.total_segments)],
    [say.writers, number(summary.unique_contributors)],
    [say.passes, number(summary.ring_pass_count)],
    ...(average === null ? [] : ([[say.average, span(average)]] as const)),
    [say.longest, span(summary.longest_hold_seconds)],
  ];
  return (
    <section aria-label={say.summary}>
      <dl className={styles.glance}>
        {figures.map(([what, figure]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
