/** What the two ways of showing the text have in common: all of it in the document, or what is near the screen. */

import type { Written } from "@onering/client";
import type { ReactNode, RefObject } from "react";

/** What can be asked of the text from outside. */
export interface ListHandle {
  /** Bring the segment of that index into sight. */
  readonly show: (index: number) => void;
  readonly showEnd: () => void;
}

export interface ListProps {
  handle: RefObject<ListHandle | null>;
  written: readonly Written[];
  /** Open at the end, where people write, and not at the beginning. */
  fromEnd: boolean;
  /** The index of a segment that stays in the document wherever people scroll; -1: none. */
  pinned: number;
  /** What is shown of the segment of that index. */
  draw: (index: number) => ReactNode;
}

/** The attributes by which an item says its place, whichever of them are in the document. */
export const placeOf = (index: number, count: number) => ({
  "data-index": index,
  "aria-setsize": count,
  "aria-posinset": index + 1,
});
