import { useRef, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { copied } from "./copying.ts";
import styles from "./people.module.css";

export interface LinkFieldProps {
  label: string;
  hint?: string;
  url: string;
  /** What is said along with the link where the system shares it. */
  about: string;
}

/** A link to take along: selected, copied, or given to another app where the system can do that. */
export function LinkField({ label, hint, url, about }: LinkFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [came, setCame] = useState<"copied" | "notCopied" | null>(null);
  const copy = async () => {
    const done = await copied(url);
    if (!done) field.current?.select();
    setCame(done ? "copied" : "notCopied");
  };
  return (
    <div className={styles.link}>
      <Field label={label} hint={hint}>
        {(control) => (
          <input {...control} ref={field} readOnly dir="ltr" value={url} onFocus={(event) => event.target.select()} />
        )}
      </Field>
      <div className={styles.buttons}>
        <Button kind="primary" onClick={copy}>
          {text.invite.copy}
        </Button>
        {"share" in navigator && <Button onClick={() => share(url, about)}>{text.invite.share}</Button>}
        <p role="status" className={styles.soft}>
          {came !== null && text.invite[came]}
        </p>
      </div>
    </div>
  );
}

async function share(url: string, about: string): Promise<void> {
  try {
    await navigator.share({ url, text: about });
  } catch {
    // Whoever changes their mind in the system's sheet has said so there already.
  }
}
