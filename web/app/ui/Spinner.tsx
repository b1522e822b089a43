import { text } from "../strings.ts";
import styles from "./Spinner.module.css";

/** Something is on its way; `label` says what. It is drawn after a moment only, so that what is quick does not flash. */
export function Spinner({ label = text.ui.loading }: { label?: string }) {
  return (
    <p className={styles.spinner} role="status">
      <span className={styles.wheel} aria-hidden="true" />
      {label}
    </p>
  );
}
