/** What somebody wrote and did not send, where they cannot send it: to be copied, never lost. */

import { useState } from "react";
import { copied } from "../people/copying.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./Desk.module.css";

export interface KeptProps {
  /** What it is. */
  title?: string;
  value: string;
  /** Why it is here. */
  about: string;
  /** Why the service did not take it, in a sentence. */
  refused?: string | null;
  discard?: () => void;
}

export function Kept({ title = text.draft.unsent.title, value, about, refused = null, discard }: KeptProps) {
  const [worked, setWorked] = useState<boolean | null>(null);
  if (value.trim() === "") return null;

  return (
    <section className={styles.kept} aria-label={title}>
      <p role="status" className={styles.refused}>
        {refused !== null && text.draft.write.refused(refused)}
      </p>
      <p className={styles.about}>{about}</p>
      <p className={styles.unsent} dir="auto">
        {value}
      </p>
      <p className={styles.choices}>
        <Button onClick={async () => setWorked(await copied(value))}>{text.draft.unsent.copy}</Button>
        {discard !== undefined && (
          <Button kind="quiet" onClick={discard}>
            {text.draft.unsent.discard}
          </Button>
        )}
        <span role="status">{worked !== null && text.draft.unsent[worked ? "copied" : "notCopied"]}</span>
      </p>
    </section>
  );
}
