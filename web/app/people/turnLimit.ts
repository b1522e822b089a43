import type { Draft } from "@onering/client";

const HOUR = 3_600_000;

/**
 * Return how many hours a turn may last, or null where the draft does not tell.
 *
 * The service says when a turn ends, not how long one is: the end is the limit after the later of the last pass and the
 * holder's last segment. A closed draft has no end, and of a withdrawn segment one does not know when it was written.
 */
export function turnLimit(draft: Draft): number | null {
  const { current_holder_id, passed_at, deadline_at } = draft.ring_state;
  if (deadline_at === null) return null;
  const passed = Date.parse(passed_at);
  const wrote = draft.segments
    .filter((segment) => segment.author_user_id === current_holder_id)
    .map((segment) => Date.parse(segment.created_at));
  const hours = (Date.parse(deadline_at) - Math.max(passed, ...wrote)) / HOUR;
  return Number.isInteger(hours) && hours > 0 ? hours : null;
}
