// @vitest-environment node
import fc from "fast-check";
import { expect, it, test } from "vitest";
import { flawOf, givenBack } from "./writing.ts";

test.each([
  ["", "empty"],
  [" \n\t ", "blank"],
  ["a".repeat(11), "long"],
  ["a".repeat(10), null],
  ["🧑‍🧑‍🧒".repeat(2), null],
  ["🧑‍🧑‍🧒".repeat(3), "long"],
  ["שלום עולם", null],
  ["a\nb\tc", null],
  ["a\u0000b", "control"],
  ["a\u001bb", "control"],
  ["a\u0085b", "control"],
  ["a\rb", "control"],
  ["a\ud83eb", "control"],
])("of at most ten code points, %j is %s", (text, flaw) => {
  expect(flawOf(text, 10)).toBe(flaw);
});

it("counts code points, as the service does", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "é", "ש", "🙂"), { minLength: 1, maxLength: 20 }), (points) => {
      expect(flawOf(points.join(""), points.length)).toBeNull();
      expect(flawOf(points.join(""), points.length - 1)).toBe("long");
    }),
  );
});

it("gives back what was refused, before what was typed since", () => {
  expect(givenBack("First.", "")).toBe("First.");
  expect(givenBack("First.", " ")).toBe("First.");
  expect(givenBack("First.", "Second")).toBe("First.\n\nSecond");
});
