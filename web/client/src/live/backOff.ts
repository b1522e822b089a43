/** How long one waits before another connection: at once, then up to twice as long each time, at any moment of it. */

const FIRST = 500;
const LONGEST = 20_000;

/** A span in milliseconds: so long at least, and up to `jitter` more, chosen at random. */
export interface Span {
  readonly least: number;
  readonly jitter: number;
}

/** What to wait after so many failures in a row. */
export function backOff(failures: number): Span {
  return { least: 0, jitter: failures <= 1 ? 0 : Math.min(LONGEST, FIRST * 2 ** (failures - 1)) };
}

/** What to wait if we were too many, or too busy. */
export const CROWDED: Span = { least: 5_000, jitter: 15_000 };

/** A moment of the span; `random` is from 0 up to 1. */
export function chosen({ least, jitter }: Span, random: () => number): number {
  return least + jitter * random();
}
