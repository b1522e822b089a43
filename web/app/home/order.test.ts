import type { ListedDraft } from "@onering/client";
import { expect, test } from "vitest";
import { isMyTurn, ordered } from "./order.ts";

interface Given {
  holder?: string;
  passed?: number;
  updated?: number;
  status?: ListedDraft["status"];
  version?: number;
}

const at = (hour: number) => `2026-11-26T${String(hour).padStart(2, "0")}:00:00.000000Z`;

/** As much of a draft as its order depends on. */
const draft = (id: string, { holder = "bob", passed = 1, updated = 1, status = "active", version = 1 }: Given = {}) =>
  ({
    draft_id: id,
    status,
    version,
    updated_at: at(updated),
    ring_state: { current_holder_id: holder, passed_at: at(passed) },
  }) as ListedDraft;

const ids = (drafts: readonly ListedDraft[]) => drafts.map(({ draft_id }) => draft_id);

test("a draft waits for me if I hold its ring and it takes segments", () => {
  expect(isMyTurn(draft("a", { holder: "alice" }), "alice")).toBe(true);
  expect(isMyTurn(draft("a"), "alice")).toBe(false);
  expect(isMyTurn(draft("a", { holder: "alice", status: "locked" }), "alice")).toBe(false);
  expect(isMyTurn(draft("a", { holder: "alice" }), null)).toBe(false);
});

test("my turns come first, the longest waiting before the others, then the newest activity", () => {
  const mine = [draft("new", { holder: "alice", passed: 9 }), draft("old", { holder: "alice", passed: 2 })];
  const others = [
    draft("quiet", { updated: 3 }),
    draft("busy", { updated: 8 }),
    draft("done", { status: "completed", updated: 5 }),
  ];
  const order = ordered(mine, [...others, ...mine], "alice");
  expect(ids(order.mine)).toEqual(["old", "new"]);
  expect(ids(order.others)).toEqual(["busy", "done", "quiet"]);
});

test("what is known of a draft twice is believed as it is newer", () => {
  const stale = draft("a", { holder: "alice", version: 4 });
  const fresh = draft("a", { holder: "bob", version: 5 });
  expect(ids(ordered([stale], [fresh], "alice").mine)).toEqual([]);
  expect(ids(ordered([fresh], [stale], "alice").others)).toEqual(["a"]);
});

test("what is archived is put away", () => {
  const order = ordered([], [draft("a", { holder: "alice", status: "archived" })], "alice");
  expect([...order.mine, ...order.others]).toEqual([]);
});
