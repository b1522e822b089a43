/** A long text, of which only the segments near the screen are in the document. */

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { type ListProps, placeOf } from "./list.ts";
import styles from "./Manuscript.module.css";
import { withPinned } from "./pinned.ts";
import { NEAR_END } from "./useStayAtEnd.ts";
import { useTopOf } from "./useTopOf.ts";

/** What a segment is taken to be high, in pixels, until it was seen. */
const USUAL = 96;

export default function VirtualList({ handle, written, fromEnd, pinned, draw }: ListProps) {
  const list = useRef<HTMLOListElement>(null);
  const top = useTopOf(list);
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
  useImperativeHandle(handle, () => ({
    show: (index) => virtualizer.scrollToIndex(index, { align: "center" }),
    showEnd: () => virtualizer.scrollToEnd(),
  }));

  return (
    <ol ref={list} className={`${styles.list} ${styles.virtual}`} style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => (
        <li
          key={key}
          ref={virtualizer.measureElement}
          className={styles.item}
          style={{ transform: `translateY(${start - top}px)` }}
          {...placeOf(index, written.length)}
        >
          {draw(index)}
        </li>
      ))}
    </ol>
  );
}
