// @vitest-environment node
import { expect, it } from "vitest";
import { sayingOf } from "./saying.ts";
import { added, NAMES, nudged, passed } from "./tests/drafts.ts";

it("tells what others added, together", () => {
  expect(sayingOf([added("bob", 5)], "alice", NAMES)).toBe("Bob added a segment");
  expect(sayingOf([added("bob", 5), added("bob", 6)], "alice", NAMES)).toBe("Bob added 2 segments");
  expect(sayingOf([added("bob", 5), added("carol", 6)], "alice", NAMES)).toBe("2 segments were added");
});

it("is silent about what the person did themselves", () => {
  expect(sayingOf([added("alice", 5), passed("alice", "bob", 6)], "alice", NAMES)).toBe("");
});

it("tells whose turn it is, unless it is the person's: that is told by the whole page", () => {
  expect(sayingOf([added("bob", 5), passed("bob", "carol", 6)], "alice", NAMES)).toBe(
    "Bob added a segment. It is Carol’s turn now",
  );
  expect(sayingOf([passed("bob", "alice", 6)], "alice", NAMES)).toBe("");
});

it("leaves it to the whole page to remind the holder, and tells nobody else", () => {
  expect(sayingOf([nudged("bob", "alice", 5)], "alice", NAMES)).toBe("");
  expect(sayingOf([nudged("bob", "alice", 5)], "carol", NAMES)).toBe("");
});
