import { expect, test } from "vitest";
import { draftOf, segment } from "./given.tsx";
import { turnLimit } from "./turnLimit.ts";

const ring = draftOf().ring_state;

test("a turn lasts from the pass to its end", () => {
  expect(turnLimit(draftOf())).toBe(24);
});

test("what its holder wrote since then begins it anew", () => {
  const segments = [segment("alice"), segment("bob", 1, "2026-11-25T09:30:00.000000Z")];
  const ring_state = { ...ring, deadline_at: "2026-11-27T09:30:00.000000Z" };
  expect(turnLimit(draftOf({ segments, ring_state }))).toBe(48);
});

test("what its holder wrote in an earlier turn does not", () => {
  expect(turnLimit(draftOf({ segments: [segment("bob", 0, "2026-11-24T09:30:00.000000Z")] }))).toBe(24);
});

test("where it can't be told, nothing is claimed: in a closed draft, and after what is withdrawn", () => {
  expect(turnLimit(draftOf({ ring_state: { ...ring, deadline_at: null } }))).toBeNull();
  expect(turnLimit(draftOf({ ring_state: { ...ring, deadline_at: "2026-11-26T06:12:00.000000Z" } }))).toBeNull();
});
