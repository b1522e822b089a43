/** How much of the room for a segment is used. */

import { useState } from "react";
import { text } from "../strings.ts";
import { length, number } from "../ui/format.ts";
import styles from "./Composer.module.css";

/** At so many code points left a screen reader is told, and at no others: not every keystroke is news. */
const TOLD = [-1, 0, 10, 50] as const;

export function Count({ value, limit }: { value: string; limit: number }) {
  const used = length(value);
  const left = limit - used;
  const step = TOLD.find((mark) => left <= mark) ?? null;
  const [told, setTold] = useState({ step, left });
  if (told.step !== step) setTold({ step, left });
  return (
    <>
      <span className={styles.count} data-over={left < 0 || undefined} aria-hidden="true">
        {left < 0 ? text.draft.write.over(-left) : text.draft.write.count(number(used), number(limit))}
      </span>
      <span className="said" role="status">
        {told.step !== null && (told.left < 0 ? text.draft.write.flaws.long : text.draft.write.left(told.left))}
      </span>
    </>
  );
}
