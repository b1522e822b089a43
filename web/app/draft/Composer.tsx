/** Where the holder of the ring writes what comes next. */

import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./Composer.module.css";
import { Count } from "./Count.tsx";
import { useGrowing } from "./useGrowing.ts";
import { goToEnd } from "./useStayAtEnd.ts";
import { flawOf } from "./writing.ts";

/** The shortest time between two signals that somebody writes, in milliseconds. */
const SIGNAL = 3_000;

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

export interface ComposerProps {
  value: string;
  /** The most code points of a segment. */
  limit: number;
  offline: boolean;
  /** Why the last one came back, in a sentence. */
  refused: string | null;
  onType: (value: string) => void;
  /** The person types; told every few seconds at most. */
  onTyping: () => void;
  onSend: () => void;
  /** Send it and pass the ring in one go; null: there is nobody to pass it to. */
  onSendAndPass: (() => void) | null;
}

export function Composer(props: ComposerProps) {
  const { value, limit, offline, refused, onType, onTyping, onSend, onSendAndPass } = props;
  const [fault, setFault] = useState<string | null>(null);
  const signalled = useRef(Number.NEGATIVE_INFINITY);
  const area = useGrowing(value);

  function type(next: string) {
    setFault(null);
    onType(next);
    if (Date.now() - signalled.current < SIGNAL) return;
    signalled.current = Date.now();
    onTyping();
  }

  function unlessFlawed(then: () => void) {
    const flaw = flawOf(value, limit);
    setFault(flaw === null ? null : text.draft.write.flaws[flaw]);
    if (flaw === null) then();
    area.current?.focus();
  }

  // Whoever adds something looks at the end from then on: it comes to stand there, and one goes on writing below it.
  function send() {
    goToEnd();
    onSend();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    unlessFlawed(send);
  }

  function press(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) unlessFlawed(send);
  }

  return (
    <form className={styles.composer} onSubmit={submit} noValidate>
      <Field
        label={text.draft.write.label}
        hint={offline ? text.draft.write.offline : null}
        error={fault ?? (refused === null ? null : text.draft.write.refused(refused))}
      >
        {(control) => (
          <textarea
            {...control}
            ref={area}
            className={`${control.className} ${styles.area}`}
            dir="auto"
            rows={3}
            required
            value={value}
            onChange={(event) => type(event.target.value)}
            onKeyDown={press}
          />
        )}
      </Field>
      <div className={styles.foot}>
        <p className={styles.about}>
          <Count value={value} limit={limit} />
          <span className={styles.keys}>{apple ? text.draft.write.hintMac : text.draft.write.hint}</span>
        </p>
        {onSendAndPass !== null && (
          <Button onClick={() => unlessFlawed(onSendAndPass)}>{text.draft.write.sendAndPass}</Button>
        )}
        <Button type="submit" kind="primary">
          {text.draft.write.send}
        </Button>
      </div>
    </form>
  );
}
