import type { components } from "@onering/client";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { Picture } from "./Picture.tsx";
import styles from "./Ways.module.css";
import { waysOf } from "./ways.ts";

const say = text.figures.ways;

export interface WaysProps {
  passes: readonly components["schemas"]["RingPass"][];
  /** Whether there were more passes before these. */
  partly: boolean;
}

/** How the next person was chosen, and how often. */
export function Ways({ passes, partly }: WaysProps) {
  const ways = waysOf(passes);
  const table = { columns: [say.way, say.times], rows: ways.map(([way, times]) => [say[way], number(times)]) };
  return (
    <Picture title={say.title} about={partly ? say.partly(number(passes.length)) : say.about} table={table}>
      {ways.length === 0 && <p>{say.nothing}</p>}
      <ul className={styles.ways}>
        {ways.map(([way, times]) => (
          <li key={way}>
            <p className={styles.label}>
              <span>{say[way]}</span>
              <span>{number(times)}</span>
            </p>
            <div className={styles.track} aria-hidden="true">
              <div className={styles.bar} style={{ inlineSize: `${(100 * times) / passes.length}%` }} />
            </div>
          </li>
        ))}
      </ul>
    </Picture>
  );
}
