/** Times of a turn: when it began, when it ends, and when others may take the ring. */

import type { Draft } from "@onering/client";

const HOUR = 3_600_000;

/** After how many turn limits contributors may reclaim the ring, and the owner. */
const TURNS = { owner: 1, contributor: 2 } as const;

/** When the limit of the turn began to run: when the ring came, or at the holder's last segment since then. */
function turnBegan(draft: Draft): number {
  const { current_holder_id: holder, passed_at } = draft.ring_state;
  const passed = Date.parse(passed_at);
  const last = draft.segments.at(-1);
  if (last === undefined || last.author_user_id !== holder) return passed;
  return Math.max(passed, Date.parse(last.created_at));
}

/**
 * When a person of that role may reclaim the ring; null in a draft whose turns do not end.
 *
 * A draft does not say its turn limit, but it is whole hours, and at most what lies between the beginning of the turn
 * and its deadline (more of it if the holder withdrew what they wrote last).
 */
export function reclaimableFrom(draft: Draft, role: "owner" | "contributor"): Date | null {
  if (draft.ring_state.deadline_at === null) return null;
  const deadline = Date.parse(draft.ring_state.deadline_at);
  const limit = Math.max(1, Math.floor((deadline - turnBegan(draft)) / HOUR)) * HOUR;
  return new Date(deadline + (TURNS[role] - 1) * limit);
}

/** How much time is left: whole units, rounded down, of the largest one that is not zero; `over`: it ran out. */
export interface Left {
  readonly over: boolean;
  readonly count: number;
  readonly unit: "day" | "hour" | "minute";
}

/** The time from `now` to `end`, both in milliseconds, as people count it: 47 hours are hours, 48 are two days. */
export function timeLeft(end: number, now: number): Left {
  const over = now >= end;
  const minutes = Math.floor(Math.abs(end - now) / 60_000);
  if (minutes < 60) return { over, count: minutes, unit: "minute" };
  if (minutes < 48 * 60) return { over, count: Math.floor(minutes / 60), unit: "hour" };
  return { over, count: Math.floor(minutes / (24 * 60)), unit: "day" };
}
