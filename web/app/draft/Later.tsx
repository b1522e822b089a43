/** From when on a person may take the ring from its holder; nothing once they may. */

import { text } from "../strings.ts";
import { Moment } from "./Moment.tsx";
import styles from "./Ring.module.css";
import { useNow } from "./useNow.ts";

export function Later({ from }: { from: Date }) {
  if (useNow() >= from.getTime()) return null;
  return (
    <p className={styles.when}>
      {text.draft.ring.reclaimLater} <Moment at={from.toISOString()} />
    </p>
  );
}
