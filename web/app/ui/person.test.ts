import fc from "fast-check";
import { expect, test } from "vitest";
import { hueOf, initialsOf } from "./person.ts";

test("a person has one colour, which is never the ring's", () => {
  fc.assert(
    fc.property(fc.string(), (userId) => {
      const hue = hueOf(userId);
      expect(hue).toBe(hueOf(userId));
      expect(hue < 60 || hue >= 110).toBe(true);
      expect(hue >= 0 && hue < 360).toBe(true);
    }),
  );
});

test.each([
  ["Alice", "A"],
  ["bob marlowe", "BM"],
  ["Anna Maria del Rio", "AR"],
  ["@u_29920a", "U2"],
  ["👩‍🚀 Sally", "👩‍🚀S"],
  ["كارول", "ك"],
  ["  ", "?"],
  ["👨🏽‍👩🏽‍👧🏽‍👦🏽", "👨🏽‍👩🏽‍👧🏽‍👦🏽"],
  ["👩\u200d".repeat(25), "👩"],
  [`Z${"\u0351".repeat(49)}`, "Z"],
  ["\u202eevil", "E"],
  ["\u200b", "?"],
])("%j is %j for short", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
