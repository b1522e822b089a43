/** Which segments stand together: what one person wrote in a row reads as one passage. */

import type { Written } from "@onering/client";

/** What a segment begins: nothing, a passage of somebody else, or one of the same person after a while. */
export type Opening = "none" | "author" | "time";

/** After this long, in milliseconds, the time of a segment is worth telling again. */
const WHILE = 3_600_000;

/** What the segment at `index` begins. */
export function openingAt(written: readonly Written[], index: number): Opening {
  const segment = written[index]?.segment;
  const before = written[index - 1]?.segment;
  if (segment === undefined || before === undefined) return "author";
  if (before.author_user_id !== segment.author_user_id) return "author";
  return Date.parse(segment.created_at) - Date.parse(before.created_at) >= WHILE ? "time" : "none";
}
