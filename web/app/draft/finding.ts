/** Finding in the whole text: the browser's own search sees only what is on the screen of a long draft. */

import type { Written } from "@onering/client";

/** A text of so many segments is shown without those far from the screen. */
const LONG = 150;

/** Whether a text is long, going by the order of its last segment: older ones may still be on their way. */
export function isLong(written: readonly Written[]): boolean {
  return (written.at(-1)?.segment.segment_order ?? 0) >= LONG;
}

/** Where `sought` stands in a text, without regard to case; empty: nowhere. */
export function placesOf(content: string, sought: string): number[] {
  if (sought === "") return [];
  const lower = sameLength(content);
  const needle = sameLength(sought);
  const places: number[] = [];
  for (let at = lower.indexOf(needle); at !== -1; at = lower.indexOf(needle, at + needle.length)) places.push(at);
  return places;
}

/** The indexes of the segments in which `sought` stands. */
export function segmentsWith(written: readonly Written[], sought: string): number[] {
  return written.flatMap(({ segment }, index) => (placesOf(segment.content, sought).length > 0 ? [index] : []));
}

/** In lower case, unless that has another length (as of "İ"): places must be those of the text itself. */
function sameLength(value: string): string {
  const lower = value.toLowerCase();
  return lower.length === value.length ? lower : value;
}
