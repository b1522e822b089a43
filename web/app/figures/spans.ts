/** Spans of time and UTC days as the reader's locale writes them. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** So many seconds in the largest unit that fits twice or more: "3 hours", "90 minutes", "45 seconds". */
export function span(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= 2 * each) ?? (["second", 1] as const);
  const format = new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 0,
  });
  return format.format(seconds / length);
}

const hours = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** A moment (ms since 1970) on a line of so many ms, no longer than it takes to tell it from others there. */
export const tick = (at: number, line: number): string => (line < 2 * 86_400_000 ? hours : days).format(at);

const utcDays = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** A UTC day ("2026-05-03"), short: "3 May". */
export const utcDay = (date: string): string => utcDays.format(new Date(`${date}T00:00:00Z`));
