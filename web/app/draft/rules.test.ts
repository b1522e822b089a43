// @vitest-environment node
import { describe, expect, it, test } from "vitest";
import { mayAmend, type Rights, rightsOf, roleOf } from "./rules.ts";
import { draft, later, segment } from "./tests/drafts.ts";

/** The names of what a person may do. */
function allowed(rights: Rights): string[] {
  const { role: _role, holds: _holds, reclaimFrom, ...may } = rights;
  const names = Object.entries(may).flatMap(([name, value]) => (value ? [name] : []));
  return reclaimFrom === null ? names : [...names, "reclaim"];
}

const OWNERS = ["edit", "complete", "archive"];
const TABLE: [who: string | null, holder: string, status: Parameters<typeof draft>[0], may: string[]][] = [
  ["alice", "alice", { status: "active" }, ["write", "pass", ...OWNERS, "lock", "invite", "export"]],
  ["alice", "bob", { status: "active" }, ["nudge", "reclaim", ...OWNERS, "lock", "invite", "export"]],
  ["alice", "alice", { status: "locked" }, ["pass", ...OWNERS, "unlock", "invite", "export"]],
  ["alice", "bob", { status: "locked" }, ["nudge", "reclaim", ...OWNERS, "unlock", "invite", "export"]],
  ["alice", "alice", { status: "completed" }, ["reopen", "export"]],
  ["alice", "bob", { status: "archived" }, ["reopen", "export"]],
  ["bob", "bob", { status: "active" }, ["write", "pass", "invite", "export"]],
  ["bob", "carol", { status: "active" }, ["nudge", "reclaim", "export"]],
  ["bob", "bob", { status: "locked" }, ["pass", "invite", "export"]],
  ["bob", "bob", { status: "completed" }, ["export"]],
  ["bob", "carol", { status: "archived" }, ["export"]],
  ["vera", "bob", { status: "active" }, ["nudge", "export"]],
  ["vera", "bob", { status: "completed" }, ["export"]],
  ["mallory", "bob", { status: "active", visibility: "public" }, []],
  ["mallory", "bob", { status: "completed", visibility: "public" }, []],
  [null, "alice", { status: "active", visibility: "public" }, []],
];

test.each(TABLE)("%s, while %s holds the ring of a draft that is %o, may %j", (who, holder, changes, may) => {
  const rights = rightsOf(draft(changes, { current_holder_id: holder }), who);
  expect(allowed(rights).toSorted()).toEqual(may.toSorted());
});

describe("somebody who is no member", () => {
  it("has no role, and neither has nobody", () => {
    expect(roleOf(draft(), "mallory")).toBeNull();
    expect(roleOf(draft(), null)).toBeNull();
  });
});

describe("reclaiming", () => {
  it("is for the owner from the deadline on", () => {
    const rights = rightsOf(draft({}, { current_holder_id: "bob" }), "alice");
    expect(rights.reclaimFrom?.toISOString()).toBe(later(24 * 60));
  });

  it("is for contributors after twice the limit", () => {
    const rights = rightsOf(draft({}, { current_holder_id: "bob" }), "carol");
    expect(rights.reclaimFrom?.toISOString()).toBe(later(2 * 24 * 60));
  });

  it("counts from the last segment that the holder wrote in this turn", () => {
    const written = { segments: [segment(1, "bob", "Rain.", later(90))] };
    const ring = { current_holder_id: "bob", deadline_at: later(90 + 24 * 60) };
    expect(rightsOf(draft(written, ring), "carol").reclaimFrom?.toISOString()).toBe(later(90 + 2 * 24 * 60));
  });
});

describe("changing a segment", () => {
  it("is for its author while they hold the ring", () => {
    const mine = rightsOf(draft(), "alice");
    expect(mayAmend(mine, segment(1, "alice"), "alice")).toBe(true);
    expect(mayAmend(mine, segment(1, "bob"), "alice")).toBe(false);
    expect(mayAmend(rightsOf(draft(), "bob"), segment(1, "bob"), "bob")).toBe(false);
  });
});
