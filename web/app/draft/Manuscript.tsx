/** The text: every segment in order, of which only those near the screen are in the document. */

import type { DraftState, Written } from "@onering/client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type RefObject, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import type { Amendments, RefusedChange } from "./Amending.tsx";
import styles from "./Manuscript.module.css";
import { NewBelow } from "./NewBelow.tsx";
import { called } from "./names.ts";
import { Passage } from "./Passage.tsx";
import { openingAt } from "./passages.ts";
import { withPinned } from "./pinned.ts";
import { NEAR_END } from "./useStayAtEnd.ts";
import { useTopOf } from "./useTopOf.ts";

/** What a segment is taken to be high, in pixels, until it was seen. */
const USUAL = 96;

/** What can be asked of the text from outside. */
export interface ManuscriptHandle {
  readonly show: (index: number) => void;
}

export interface ManuscriptProps {
  handle: RefObject<ManuscriptHandle | null>;
  written: readonly Written[];
  older: DraftState["older"];
  names: DraftState["names"];
  me: string | null;
  /** Open at the end, where people write, and not at the beginning. */
  fromEnd: boolean;
  amendments: Amendments | null;
  amendingAt: string | null;
  refused: RefusedChange | null;
  sought: string;
  retry: () => void;
}

export const Manuscript = memo(function Manuscript(props: ManuscriptProps) {
  const { handle, written, older, names, me, fromEnd, amendments, amendingAt, refused, sought, retry } = props;
  const list = useRef<HTMLOListElement>(null);
  const top = useTopOf(list);
  const pinned = amendingAt === null ? -1 : written.findIndex(({ segment }) => segment.segment_id === amendingAt);

  const virtualizer = useWindowVirtualizer<HTMLLIElement>({
    count: written.length,
    estimateSize: () => USUAL,
    overscan: 8,
    scrollMargin: top,
    getItemKey: useCallback((index: number) => written[index]?.segment.segment_id ?? index, [written]),
    rangeExtractor: withPinned(pinned),
    // What arrives above or below never moves what is being read; whoever is at the end stays there.
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
  });

  useLayoutEffect(() => {
    if (fromEnd) virtualizer.scrollToEnd();
  }, [fromEnd, virtualizer]);
  useImperativeHandle(handle, () => ({ show: (index) => virtualizer.scrollToIndex(index, { align: "center" }) }));

  const atEnd = virtualizer.isAtEnd(NEAR_END);
  const seen = useRef(written.at(-1)?.segment.segment_order ?? -1);
  useEffect(() => {
    if (atEnd) seen.current = written.at(-1)?.segment.segment_order ?? -1;
  });
  const unseen = atEnd ? 0 : newSince(written, seen.current, me);

  return (
    <section className={styles.manuscript} aria-label={text.draft.text.label}>
      <Earlier older={older} retry={retry} />
      <ol ref={list} className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const item = written[index];
          if (item === undefined) return null;
          const { segment, state } = item;
          const mine = segment.author_user_id === me;
          const amending = segment.segment_id === amendingAt;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              className={styles.item}
              style={{ transform: `translateY(${start - top}px)` }}
              data-index={index}
              aria-setsize={written.length}
              aria-posinset={index + 1}
            >
              <Passage
                segment={segment}
                opening={openingAt(written, index)}
                name={called(names, segment.author_user_id, segment.author_display)}
                me={me}
                underway={state === "sending"}
                amendments={mine ? amendments : null}
                amending={amending}
                refused={amending ? refused : null}
                sought={sought}
              />
            </li>
          );
        })}
      </ol>
      <NewBelow count={unseen} show={() => virtualizer.scrollToEnd()} />
    </section>
  );
});

/** How many segments of others came after the one of that order. */
function newSince(written: readonly Written[], order: number, me: string | null): number {
  return written.filter(({ segment }) => segment.segment_order > order && segment.author_user_id !== me).length;
}

/** What is missing above; its place is always kept, so that nothing moves when it comes. */
function Earlier({ older, retry }: { older: DraftState["older"]; retry: () => void }) {
  return (
    <div className={styles.earlier} role="status">
      {older === "loading" && text.draft.text.earlier}
      {older === "failed" && (
        <>
          {text.draft.text.earlierFailed}{" "}
          <Button kind="quiet" onClick={retry}>
            {text.draft.again}
          </Button>
        </>
      )}
    </div>
  );
}
