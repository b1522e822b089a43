/** What each day brought: the series that are drawn, and the table behind them. */
import type { components } from "@onering/client";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { utcDay } from "./spans.ts";
import type { Table } from "./TableOf.tsx";

export type Day = components["schemas"]["Day"];

type Bars = (number | null)[];

/**
 * The middle of each UTC day in seconds since 1970, the words written, and those taken out as negative numbers; null
 * where there is no bar to draw.
 */
export function seriesOf(days: readonly Day[]): [days: number[], written: Bars, out: Bars] {
  return [
    days.map((day) => Date.parse(`${day.date}T12:00:00Z`) / 1000),
    days.map((day) => day.words_added || null),
    days.map((day) => -day.words_removed || null),
  ];
}

/** Whether anything at all happened on a day. */
export function isQuiet(day: Day): boolean {
  return day.words_added + day.words_removed + day.ring_passes + day.contributors + day.segments_withdrawn === 0;
}

/** Every day in full, newest first. */
export function tableOfDays(days: readonly Day[]): Table {
  const say = text.figures.days;
  return {
    columns: [say.date, say.written, say.out, say.segments, say.changed, say.withdrawn, say.passes, say.people],
    rows: days.toReversed().map((day) => [utcDay(day.date), ...columns(day).map(number)]),
  };
}

const columns = (day: Day): number[] => [
  day.words_added,
  day.words_removed,
  day.segments_added,
  day.segments_amended,
  day.segments_withdrawn,
  day.ring_passes,
  day.contributors,
];
