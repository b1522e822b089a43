// @vitest-environment node
import { expect, it } from "vitest";
import { placesOf, segmentsWith } from "./finding.ts";
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
