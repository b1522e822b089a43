import { type RefObject, useLayoutEffect, useRef } from "react";

/** A list that takes the focus when what had it left with one of its `count` rows, so that the keyboard stays where it was. */
export function useFocusKept(count: number): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  const before = useRef(count);
  useLayoutEffect(() => {
    const lost = count < before.current && document.activeElement === document.body;
    before.current = count;
    if (lost) list.current?.focus({ preventScroll: true });
  }, [count]);
  return list;
}
