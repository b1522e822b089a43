import { useSyncExternalStore } from "react";
import { onTick } from "./clock.ts";
import { fullDate, relative } from "./format.ts";

/** A moment relative to now ("3 minutes ago"), with the full date as its title; `at` is RFC 3339. */
export function When({ at }: { at: string }) {
  // The words are what is compared: a tick that changes none draws nothing.
  const words = useSyncExternalStore(onTick, () => relative(at, Date.now()));
  return (
    <time dateTime={at} title={fullDate(at)}>
      {words}
    </time>
  );
}
