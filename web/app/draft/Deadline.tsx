/** Until when a turn lasts, counting. */

import { text } from "../strings.ts";
import { Moment } from "./Moment.tsx";
import styles from "./Ring.module.css";
import { timeLeft } from "./turn.ts";
import { useNow } from "./useNow.ts";

/** Both are RFC 3339: when the turn began, and when it ends. */
export function Deadline({ since, at }: { since: string; at: string }) {
  const { over, count, unit } = timeLeft(Date.parse(at), useNow());
  return (
    <span>
      <span className={styles.until}>
        {text.draft.ring.since} <Moment at={since} />, {text.draft.ring.until} <Moment at={at} /> ·{" "}
      </span>
      {text.draft.ring[over ? "over" : "left"](count, unit)}
    </span>
  );
}
