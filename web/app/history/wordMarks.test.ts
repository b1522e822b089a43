import fc from "fast-check";
import { expect, test } from "vitest";
import { type Run, wordMarks } from "./wordMarks.ts";

const text = (runs: readonly Run[], without: Run["kind"]) =>
  runs
    .filter((run) => run.kind !== without)
    .map((run) => run.text)
    .join("");

// Words, marks and signs that break what counts letters: Arabic, Hebrew, Thai, combining marks, joined emoji, flags.
const piece = fc.constantFrom(
  "rain",
  "Rain",
  " ",
  "  ",
  "\n",
  ",",
  "نزل",
  "المطر",
  "שלום",
  "e\u0301te\u0301",
  "\u0301",
  "👩‍👩‍👧",
  "🇪🇺",
  "👍🏽",
  "ฝนตก",
  "雨が降った",
  "\u200f",
);
const written = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);

test("what was kept and taken out is the text before, what was kept and put in the text after", () => {
  fc.assert(
    fc.property(written, written, (before, after) => {
      const runs = wordMarks(before, after);
      expect(text(runs, "in")).toBe(before);
      expect(text(runs, "out")).toBe(after);
    }),
  );
});

test("a text that did not change has no marks", () => {
  fc.assert(
    fc.property(written, (same) => {
      expect(wordMarks(same, same)).toEqual(same === "" ? [] : [{ kind: "kept", text: same }]);
    }),
  );
});

test("runs are never empty, and neighbours are never of one kind", () => {
  fc.assert(
    fc.property(written, written, (before, after) => {
      const runs = wordMarks(before, after);
      expect(runs.every((run) => run.text !== "")).toBe(true);
      expect(runs.every((run, index) => run.kind !== runs[index + 1]?.kind)).toBe(true);
    }),
  );
});

test("one word is marked where one word changed", () => {
  expect(wordMarks("We left at dawn.", "We left at noon.")).toEqual([
    { kind: "kept", text: "We left at " },
    { kind: "out", text: "dawn" },
    { kind: "in", text: "noon" },
    { kind: "kept", text: "." },
  ]);
});

test("neighbouring words that changed are one passage, not words with spaces between", () => {
  expect(wordMarks("a quick brown fox", "a slow red fox")).toEqual([
    { kind: "kept", text: "a " },
    { kind: "out", text: "quick brown" },
    { kind: "in", text: "slow red" },
    { kind: "kept", text: " fox" },
  ]);
});

test("an Arabic word is marked as a whole, in the order of reading", () => {
  expect(wordMarks("نزل المطر ليلا", "نزل الثلج ليلا")).toEqual([
    { kind: "kept", text: "نزل " },
    { kind: "out", text: "المطر" },
    { kind: "in", text: "الثلج" },
    { kind: "kept", text: " ليلا" },
  ]);
});

test("a family of three that lost a member is another emoji, not a broken one", () => {
  expect(wordMarks("us 👩‍👩‍👧!", "us 👩‍👩!")).toEqual([
    { kind: "kept", text: "us " },
    { kind: "out", text: "👩‍👩‍👧" },
    { kind: "in", text: "👩‍👩" },
    { kind: "kept", text: "!" },
  ]);
});

test("an accent that came to a letter marks the word that it stands in", () => {
  expect(wordMarks("un ete chaud", "un e\u0301te\u0301 chaud")).toEqual([
    { kind: "kept", text: "un " },
    { kind: "out", text: "ete" },
    { kind: "in", text: "e\u0301te\u0301" },
    { kind: "kept", text: " chaud" },
  ]);
});
