import fc from "fast-check";
import { expect, test } from "vitest";
import { pieces } from "./pieces.ts";

test("matches are counted in code points, so an emoji before them moves nothing", () => {
  expect(pieces("🌙 It rained.", [[5, 9]])).toEqual([
    { at: 0, written: "🌙 It ", match: false },
    { at: 5, written: "rain", match: true },
    { at: 9, written: "ed.", match: false },
  ]);
});

test("the pieces of any text are the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(40), { maxLength: 8 }), (written, cuts) => {
      const bounds = [...new Set(cuts)].sort((one, other) => one - other);
      const matches: [number, number][] = [];
      for (let at = 0; at + 1 < bounds.length; at += 2) matches.push([bounds[at] ?? 0, bounds[at + 1] ?? 0]);
      expect(
        pieces(written, matches)
          .map((piece) => piece.written)
          .join(""),
      ).toBe(written);
    }),
  );
});
