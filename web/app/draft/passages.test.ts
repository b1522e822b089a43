// @vitest-environment node
import { expect, it } from "vitest";
import { openingAt } from "./passages.ts";
import { later, segment, stored } from "./tests/drafts.ts";

it("groups what one person wrote in a row, and tells the time again after an hour", () => {
  const written = stored([
    segment(0, "alice", "One.", later(0)),
    segment(1, "alice", "Two.", later(1)),
    segment(2, "bob", "Three.", later(2)),
    segment(3, "bob", "Four.", later(62)),
    segment(4, "bob", "Five.", later(63)),
  ]);
  expect(written.map((_, index) => openingAt(written, index))).toEqual(["author", "none", "author", "time", "none"]);
});
