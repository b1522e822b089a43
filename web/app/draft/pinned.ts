/** Keeping a segment in the document while it is not on the screen: one that somebody types in. */

import { defaultRangeExtractor, type Range } from "@tanstack/react-virtual";

/** Extracts the indexes to render, and that of the pinned segment; -1 pins none. */
export function withPinned(pinned: number): (range: Range) => number[] {
  return (range) => {
    const indexes = defaultRangeExtractor(range);
    if (pinned < 0 || pinned >= range.count || indexes.includes(pinned)) return indexes;
    return [...indexes, pinned].sort((one, other) => one - other);
  };
}
