/** Dates and numbers as the reader's locale writes them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From there on a date says more than a count of days. */
const FAR = 7 * DAY;

const numbers = new Intl.NumberFormat();
const percents = new Intl.NumberFormat(undefined, { style: "percent" });
const fullDates = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relatives = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const people = new Intl.ListFormat(undefined, { type: "conjunction" });

/** "1,234" */
export const number = (value: number): string => numbers.format(value);

/** "42%" of a share from 0 to 1. */
export const percent = (share: number): string => percents.format(share);

/** "Thursday, 26 November 2026 at 02:00:00"; `at` is RFC 3339. */
export const fullDate = (at: string): string => fullDates.format(new Date(at));

/** "26 Nov 2026, 02:00" */
export const moment = (at: string): string => moments.format(new Date(at));

/** "26 Nov 2026" */
export const day = (at: string): string => days.format(new Date(at));

/** "Alice, Bob, and Carol" */
export const list = (names: readonly string[]): string => people.format(names);

/** How many code points a text has: what the service's limits count. */
export function length(written: string): number {
  let points = 0;
  for (const _point of written) points += 1;
  return points;
}

/**
 * `at` (RFC 3339) as seen from `now` (ms since 1970): "now", "3 minutes ago", "in 2 hours", "yesterday", a date.
 * Clocks differ a little, so what is less than a minute ahead is now.
 */
export function relative(at: string, now: number): string {
  const past = now - new Date(at).getTime();
  const far = Math.abs(past);
  if (far < MINUTE) return relatives.format(0, "second");
  if (far >= FAR) return day(at);
  const [unit, size] =
    far < HOUR ? (["minute", MINUTE] as const) : far < DAY ? (["hour", HOUR] as const) : (["day", DAY] as const);
  return relatives.format(-Math.trunc(past / size), unit);
}
