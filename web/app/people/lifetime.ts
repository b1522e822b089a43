import { text } from "../strings.ts";

const DAY = 24;
const WEEK = 7 * DAY;

/** How long an invitation may stand, in hours; the service allows 1 to 720. */
export const lifetimes: readonly number[] = [DAY, 3 * DAY, WEEK, 30 * DAY];
/** What the service takes if nothing is said. */
export const usualLifetime = 3 * DAY;

/** Say a number of hours as people do: "3 days", not "72 hours". */
export function lifetime(hours: number): string {
  if (hours % WEEK === 0) return text.invite.lifetime(hours / WEEK, "week");
  if (hours % DAY === 0) return text.invite.lifetime(hours / DAY, "day");
  return text.invite.lifetime(hours, "hour");
}
