import { type RefObject, useEffect, useRef } from "react";

/**
 * A list that takes the focus when what had it left with one of its `count` rows, so that the keyboard stays where it was.
 * While a dialog asks something the focus is there; it comes back when that is `closed`.
 */
export function useFocusKept(count: number, closed = true): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  const before = useRef(count);
  useEffect(() => {
    if (!closed) return;
    const lost = count < before.current && document.activeElement === document.body;
    before.current = count;
    if (lost) list.current?.focus({ preventScroll: true });
  }, [count, closed]);
  return list;
}
