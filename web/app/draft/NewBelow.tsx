/** Tells a reader who is elsewhere that the text goes on below. */

import { text } from "../strings.ts";
import styles from "./Manuscript.module.css";

export function NewBelow({ count, show }: { count: number; show: () => void }) {
  if (count === 0) return null;
  return (
    <div className={styles.below}>
      <button type="button" onClick={show}>
        <span aria-hidden="true">↓</span> {text.draft.text.below(count)}
      </button>
    </div>
  );
}
