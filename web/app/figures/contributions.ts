/** Who wrote how much of what stands: what the picture draws, and the table behind it says. */
import type { components } from "@onering/client";
import type { NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { number, percent } from "../ui/format.ts";
import type { Table } from "./TableOf.tsx";

type Contributor = components["schemas"]["Contributor"];

export interface Part {
  readonly userId: string;
  readonly words: number;
  /** Of all words, 0 to 1. */
  readonly wordShare: number;
  readonly segments: number;
  /** Of all segments, 0 to 1. */
  readonly segmentShare: number;
}

/** Everybody of whom something stands, whoever wrote most words first. */
export function partsOf(contributors: readonly Contributor[]): readonly Part[] {
  const all = contributors.reduce((sum, each) => sum + each.words_added, 0);
  return contributors
    .filter((each) => each.segments_added_count > 0)
    .map((each) => ({
      userId: each.user_id,
      words: each.words_added,
      wordShare: all === 0 ? 0 : each.words_added / all,
      segments: each.segments_added_count,
      segmentShare: each.segment_share,
    }))
    .sort((a, b) => b.words - a.words);
}

/** The same as a table. */
export function tableOfParts(parts: readonly Part[], nameOf: NameOf): Table {
  const say = text.figures.share;
  return {
    columns: [say.person, say.words, say.wordShare, say.segments, say.segmentShare],
    rows: parts.map((part) => [
      nameOf(part.userId),
      number(part.words),
      percent(part.wordShare),
      number(part.segments),
      percent(part.segmentShare),
    ]),
  };
}
