import { expect, test } from "vitest";
import { composed, type Diff } from "./composed.ts";

const said = (version: number, by = "bob") => ({ version, by, at: "2026-05-03T12:00:00.000000Z" });
const segment = (id: string) => ({ segment_id: id, segment_order: 0, user_id: "bob" });

function diff(from: number, to: number, parts: Partial<Diff> = {}): Diff {
  const at = "2026-05-03T12:00:00.000000Z";
  return {
    draft_id: "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52",
    from: { version: from, at },
    to: { version: to, at },
    fields: [],
    members: [],
    segments: { added: [], amended: [], withdrawn: [] },
    ring: { from: "alice", to: "alice", passes: [] },
    next_cursor: null,
    ...parts,
  };
}

const amended = (id: string, from: string, to: string, version: number) => ({
  ...segment(id),
  from,
  to,
  ...said(version),
});
const moved = (id: string, content: string, version: number) => ({ ...segment(id), content, ...said(version) });
const segments = (parts: Partial<Diff["segments"]>) => ({
  segments: { added: [], amended: [], withdrawn: [], ...parts },
});

test("the whole goes from the first version to the last, with every pass of the ring between", () => {
  const pass = (version: number, from: string, to: string) => ({
    from_user_id: from,
    to_user_id: to,
    reason: null,
    strategy: null,
    ...said(version),
  });
  const whole = composed(
    diff(2, 5, { ring: { from: "alice", to: "bob", passes: [pass(4, "alice", "bob")] } }),
    diff(5, 9, { ring: { from: "bob", to: "carol", passes: [pass(7, "bob", "carol")] } }),
  );
  expect([whole.from.version, whole.to.version]).toEqual([2, 9]);
  expect(whole.ring).toMatchObject({ from: "alice", to: "carol", passes: [{ version: 4 }, { version: 7 }] });
});

test("a segment that came and was changed came as it is now, by whoever wrote it", () => {
  const whole = composed(
    diff(2, 5, segments({ added: [moved("a", "It raned.", 3)] })),
    diff(5, 9, segments({ amended: [amended("a", "It raned.", "It rained.", 6)] })),
  );
  expect(whole.segments).toEqual({ added: [moved("a", "It rained.", 3)], amended: [], withdrawn: [] });
});

test("a segment that came and went is no difference", () => {
  const whole = composed(
    diff(2, 5, segments({ added: [moved("a", "Oh.", 3)] })),
    diff(5, 9, segments({ withdrawn: [moved("a", "Oh.", 6)] })),
  );
  expect(whole.segments).toEqual({ added: [], amended: [], withdrawn: [] });
});

test("a segment that was changed twice was changed from its first text to its last", () => {
  const whole = composed(
    diff(2, 5, segments({ amended: [amended("a", "one", "two", 3)] })),
    diff(5, 9, segments({ amended: [amended("a", "two", "three", 6)] })),
  );
  expect(whole.segments.amended).toEqual([amended("a", "one", "three", 6)]);
});

test("a segment that was changed and changed back is no difference", () => {
  const whole = composed(
    diff(2, 5, segments({ amended: [amended("a", "one", "two", 3)] })),
    diff(5, 9, segments({ amended: [amended("a", "two", "one", 6)] })),
  );
  expect(whole.segments.amended).toEqual([]);
});

test("a segment that was changed and taken out was taken out as it was first", () => {
  const whole = composed(
    diff(2, 5, segments({ amended: [amended("a", "one", "two", 3)] })),
    diff(5, 9, segments({ withdrawn: [moved("a", "two", 6)] })),
  );
  expect(whole.segments).toEqual({ added: [], amended: [], withdrawn: [moved("a", "one", 6)] });
});

test("fields and people are told from what they were to what they are", () => {
  const whole = composed(
    diff(2, 5, {
      fields: [
        { field: "title", from: "A", to: "B", ...said(3) },
        { field: "visibility", from: "public", to: "private", ...said(4) },
      ],
      members: [{ user_id: "carol", from: null, to: "viewer", ...said(5) }],
    }),
    diff(5, 9, {
      fields: [
        { field: "title", from: "B", to: "C", ...said(6) },
        { field: "visibility", from: "private", to: "public", ...said(7) },
      ],
      members: [{ user_id: "carol", from: "viewer", to: "contributor", ...said(8) }],
    }),
  );
  expect(whole.fields).toEqual([{ field: "title", from: "A", to: "C", ...said(6) }]);
  expect(whole.members).toEqual([{ user_id: "carol", from: null, to: "contributor", ...said(8) }]);
});
