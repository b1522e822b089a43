import { text } from "../strings.ts";
import styles from "./Skeleton.module.css";

/** The shape of a list that is on its way. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} role="status">
      <span className="said">{text.ui.loading}</span>
      {["first", "second", "third"].map((row) => (
        <div key={row} className={styles.row} aria-hidden="true">
          <span className={styles.title} />
          <span className={styles.line} />
          <span className={styles.meta} />
        </div>
      ))}
    </div>
  );
}
