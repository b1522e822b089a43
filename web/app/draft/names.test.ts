// @vitest-environment node
import { expect, test } from "vitest";
import { withNames } from "./names.ts";

const names = { anna: "Anna", user_2x: "Bob B.", bob: "Bob" };

test.each([
  ["bob has not had a turn yet.", "Bob has not had a turn yet."],
  ["anna comes next after user_2x.", "Anna comes next after Bob B.."],
  ["It can only go to bob: they write, and bobby reads.", "It can only go to Bob: they write, and bobby reads."],
  ["constructor holds the ring.", "constructor holds the ring."],
])("%j is said as %j", (sentence, said) => {
  expect(withNames(sentence, names)).toBe(said);
});
