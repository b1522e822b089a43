// @vitest-environment node
import { expect, it } from "vitest";
import { isLong, placesOf, segmentsWith } from "./finding.ts";
import { segment, stored } from "./tests/drafts.ts";

it("finds every place, whatever the case", () => {
  expect(placesOf("Rain, rain and RAIN", "rain")).toEqual([0, 6, 15]);
  expect(placesOf("aaaa", "aa")).toEqual([0, 2]);
  expect(placesOf("Rain", "")).toEqual([]);
});

it("gives places in the text itself, also where lower case is longer", () => {
  expect(placesOf("İstanbul", "stan")).toEqual([1]);
});

it("tells in which segments something stands", () => {
  const written = stored([segment(0, "alice", "Sun."), segment(1, "bob", "Rain."), segment(2, "bob", "More rain.")]);
  expect(segmentsWith(written, "rain")).toEqual([1, 2]);
});

it.each([
  [0, 150, false],
  [0, 151, true],
  [1980, 2000, true],
])("goes by the last segment for how long a text is: from %i to before %i it is long: %s", (from, to, long) => {
  const orders = Array.from({ length: to - from }, (_, index) => from + index);
  expect(isLong(stored(orders.map((order) => segment(order))))).toBe(long);
});
