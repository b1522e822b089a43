/** When a request is sent again, and how long one waits before: exponential back-off with full jitter. */

import { Refused, Unreachable } from "./refusals.ts";

const FIRST = 250;
const LONGEST = 5_000;

/** Milliseconds to wait after so many failures, the first being 0; `random` is from 0 up to 1. */
export function backOff(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** failures);
}

/** Whether another try may end otherwise: nobody answered, or the service said that it can't for now. */
export function isPassing(fault: unknown): fault is Refused | Unreachable {
  return fault instanceof Unreachable || (fault instanceof Refused && [429, 502, 503, 504].includes(fault.status));
}

/** Milliseconds to wait before another try: what the service asked for, and some more so that not all come at once. */
export function pause(fault: Refused | Unreachable, failures: number, random: () => number): number {
  const asked = fault instanceof Refused ? (fault.retryAfter ?? 0) * 1000 : 0;
  return asked + backOff(failures, random);
}
