/** Which version is looked at: the one of the address, or wherever the slider is on its way to. */
import { useCallback, useEffect, useRef, useState } from "react";
import { type Go, within } from "./address.ts";

/** How long the slider has to rest before its version stands in the address, in milliseconds. */
const REST = 300;

/**
 * The version of the address, or else the newest there was when it was first asked for: a draft that grows does not
 * move its reader. The setter moves at once, and has the address follow when it rests.
 */
export function useVersion(address: number | null, head: number, go: Go): [number, (version: number) => void] {
  const arrived = useRef(head);
  if (arrived.current === 0) arrived.current = head;
  const [moved, setMoved] = useState<number | null>(null);
  const version = within(moved ?? address ?? arrived.current, head);

  const written = useRef(address);
  useEffect(() => {
    if (moved === null) return;
    const timer = setTimeout(() => {
      written.current = moved;
      go({ show: "text", at: moved }, { replace: true });
    }, REST);
    return () => clearTimeout(timer);
  }, [moved, go]);

  // Whoever follows a link, or goes back, goes where the address says; an address that followed the slider changes
  // nothing about where that has gone since.
  useEffect(() => setMoved((to) => (address === written.current && to !== address ? to : null)), [address]);

  return [version, useCallback((to: number) => setMoved(to), [])];
}
