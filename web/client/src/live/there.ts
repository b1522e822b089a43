/** Who is there, by what we are told of it. */

import type { PresenceFrame } from "./frames.ts";
import type { Presence } from "./state.ts";

/** Who is there after a frame: of a difference whoever came and left, else whoever it names. */
export function presenceAfter(before: Presence, frame: PresenceFrame): Presence {
  const { mode, people, left, count, anonymous } = frame;
  const there = mode === "diff" ? [...before.people.filter((person) => !left.includes(person)), ...people] : people;
  return {
    people: [...new Set(there)],
    count,
    anonymous,
    complete: mode === "counts" ? false : mode === "state" || before.complete,
  };
}
