/** Changing a segment where it stands. */

import type { Segment } from "@onering/client";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./Passage.module.css";
import { useGrowing } from "./useGrowing.ts";
import { flawOf } from "./writing.ts";

/** What the signed-in person may do to their segments; stable, so that it makes no segment render again. */
export interface Amendments {
  /** The most code points of a segment. */
  readonly limit: number;
  readonly begin: (segmentId: string) => void;
  readonly cancel: () => void;
  readonly save: (segmentId: string, content: string) => void;
  readonly askToWithdraw: (segment: Segment) => void;
}

/** A change that the service did not take: it goes on where the person was. */
export interface RefusedChange {
  readonly content: string;
  /** Why, in a sentence. */
  readonly why: string;
}

interface AmendingProps {
  segment: Segment;
  amendments: Amendments;
  refused: RefusedChange | null;
}

export function Amending({ segment, amendments, refused }: AmendingProps) {
  const [content, setContent] = useState(refused?.content ?? segment.content);
  const [fault, setFault] = useState(refused?.why ?? null);
  const area = useGrowing(content);

  function save(event?: FormEvent) {
    event?.preventDefault();
    if (content === segment.content) return amendments.cancel();
    const flaw = flawOf(content, amendments.limit);
    if (flaw === null) return amendments.save(segment.segment_id, content);
    setFault(text.draft.write.flaws[flaw]);
    area.current?.focus();
  }

  function press(event: KeyboardEvent) {
    if (event.key === "Escape") amendments.cancel();
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
        <Button kind="quiet" onClick={amendments.cancel}>
          {text.draft.text.cancel}
        </Button>
      </p>
    </form>
  );
}
