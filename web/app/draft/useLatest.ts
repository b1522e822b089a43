/** A value for callbacks that are to stay the same. */

import { type RefObject, useLayoutEffect, useRef } from "react";

/** A ref with the value of the newest render. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
