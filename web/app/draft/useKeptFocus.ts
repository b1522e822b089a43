/** Keeps the keyboard's place when what had the focus goes away. */

import { type RefObject, useEffect, useRef } from "react";

/** Gives the focus to an element when a control within it had the focus and is gone, as a button is that was used up. */
export function useKeptFocus(element: RefObject<HTMLElement | null>) {
  const had = useRef(false);
  useEffect(() => {
    const moved = ({ target }: FocusEvent) => {
      had.current = target instanceof Node && element.current?.contains(target) === true;
    };
    document.addEventListener("focusin", moved);
    return () => document.removeEventListener("focusin", moved);
  }, [element]);
  useEffect(() => {
    if (had.current && document.activeElement === document.body) element.current?.focus();
  });
}
