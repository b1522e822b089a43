/** Gives the focus back where something was edited in place. */

import { type RefObject, useEffect, useRef } from "react";

/** For the `ref` of what takes the focus when `editing` ends: the control that had it is gone by then. */
export function useFocusAfter<Target extends HTMLElement>(editing: boolean): RefObject<Target | null> {
  const target = useRef<Target>(null);
  const was = useRef(editing);
  useEffect(() => {
    if (was.current && !editing) target.current?.focus({ preventScroll: true });
    was.current = editing;
  }, [editing]);
  return target;
}
