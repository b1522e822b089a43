/** A text with every place marked where what is looked for stands. */

import { placesOf } from "./finding.ts";

/** `sought` empty: the text as it is. */
export function Marked({ content, sought }: { content: string; sought: string }) {
  const places = placesOf(content, sought);
  if (places.length === 0) return content;
  const parts = places.map((start, at) => (
    <span key={start}>
      {content.slice(at === 0 ? 0 : (places[at - 1] ?? 0) + sought.length, start)}
      <mark>{content.slice(start, start + sought.length)}</mark>
    </span>
  ));
  return [...parts, content.slice((places.at(-1) ?? 0) + sought.length)];
}
