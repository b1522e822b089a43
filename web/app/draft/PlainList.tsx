/** A text of which all is in the document. */

import { useImperativeHandle, useLayoutEffect, useRef } from "react";
import { type ListProps, placeOf } from "./list.ts";
import styles from "./Manuscript.module.css";
import { Steady } from "./Steady.tsx";
import { goToEnd } from "./useStayAtEnd.ts";

export function PlainList({ handle, written, fromEnd, draw }: Omit<ListProps, "pinned">) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    if (fromEnd) goToEnd();
  }, [fromEnd]);
  useImperativeHandle(handle, () => ({
    show: (index) => list.current?.children[index]?.scrollIntoView({ block: "center", behavior: "instant" }),
    showEnd: goToEnd,
  }));
  return (
    <Steady list={list} written={written}>
      <ol ref={list} className={styles.list}>
        {written.map(({ segment }, index) => (
          <li key={segment.segment_id} className={styles.item} {...placeOf(index, written.length)}>
            {draw(index)}
          </li>
        ))}
      </ol>
    </Steady>
  );
}
