/** Who wrote how much of a text. */
import type { Segment } from "@onering/client";

export interface Share {
  readonly userId: string;
  /** Their place in order of their first segment, from 0: it chooses their pattern. */
  readonly place: number;
  readonly words: number;
  readonly segments: number;
  /** Their part of all words, 0 to 1. */
  readonly share: number;
}

/** The authors of segments in order of their first. A word is what stands between white space, as the service counts. */
export function sharesOf(segments: readonly Segment[]): readonly Share[] {
  const counted = new Map<string, { words: number; segments: number }>();
  let all = 0;
  for (const { author_user_id, content } of segments) {
    const words = content.split(/\s+/u).filter((word) => word !== "").length;
    const of = counted.get(author_user_id) ?? { words: 0, segments: 0 };
    counted.set(author_user_id, { words: of.words + words, segments: of.segments + 1 });
    all += words;
  }
  return Array.from(counted, ([userId, of], place) => ({
    userId,
    place,
    ...of,
    share: all === 0 ? 0 : of.words / all,
  }));
}
