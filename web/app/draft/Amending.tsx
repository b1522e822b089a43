/** Changing a segment where it stands. */

import type { Segment } from "@onering/client";
import { type FormEvent, type KeyboardEvent, useEffect, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./Passage.module.css";
import { useGrowing } from "./useGrowing.ts";
import { useLatest } from "./useLatest.ts";
import { flawOf } from "./writing.ts";

/** What the signed-in person may do to their segments; stable, so that it makes no segment render again. */
export interface Amendments {
  /** The most code points of a segment. */
  readonly limit: number;
  readonly begin: (segmentId: string) => void;
  readonly cancel: (segmentId: string) => void;
  /** The person can't go on for now; `content` is what they made of it, null if nothing. */
  readonly pause: (segmentId: string, content: string | null) => void;
  readonly save: (segmentId: string, content: string) => void;
  readonly askToWithdraw: (segment: Segment) => void;
}

/** A change that is not saved: it goes on where the person was. */
export interface Change {
  /** The segment. */
  readonly at: string;
  /** What they made of it; null: nothing yet. */
  readonly content: string | null;
  /** Why the service did not take it, in a sentence; null: it was not asked. */
  readonly why: string | null;
}

interface AmendingProps {
  segment: Segment;
  amendments: Amendments;
  change: Change;
}

export function Amending({ segment, amendments, change }: AmendingProps) {
  const [content, setContent] = useState(change.content ?? segment.content);
  const [fault, setFault] = useState(change.why);
  const area = useGrowing(content);
  const { segment_id: at } = segment;
  const { pause } = amendments;
  const typed = useLatest(content === segment.content ? null : content);
  useEffect(() => () => pause(at, typed.current), [pause, at, typed]);

  function save(event?: FormEvent) {
    event?.preventDefault();
    if (content === segment.content) return amendments.cancel(at);
    const flaw = flawOf(content, amendments.limit);
    if (flaw === null) return amendments.save(at, content);
    setFault(text.draft.write.flaws[flaw]);
    area.current?.focus();
  }

  function press(event: KeyboardEvent) {
    if (event.key === "Escape") amendments.cancel(at);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  }

  return (
    <form className={styles.amending} onSubmit={save}>
      <Field label={text.draft.text.changing} hint={text.draft.text.stays} error={fault}>
        {(control) => (
          <textarea
            {...control}
            ref={area}
            dir="auto"
            rows={2}
            // The person pressed "Change" to type here.
            // biome-ignore lint/a11y/noAutofocus: the focus follows what was asked for
            autoFocus
            value={content}
            onChange={(event) => setContent(event.target.value)}
            onKeyDown={press}
          />
        )}
      </Field>
      <p className={styles.choices}>
        <Button type="submit" kind="primary">
          {text.draft.text.save}
        </Button>
        <Button kind="quiet" onClick={() => amendments.cancel(at)}>
          {text.draft.text.cancel}
        </Button>
      </p>
    </form>
  );
}
