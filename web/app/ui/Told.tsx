import type { ReactNode } from "react";
import styles from "./Told.module.css";

/** Below the heading of a page that has nothing else to show: why that is, and where to go from there. */
export function Told({ why, children }: { why: string; children: ReactNode }) {
  return (
    <div className={styles.told}>
      <p>{why}</p>
      <p>{children}</p>
    </div>
  );
}
