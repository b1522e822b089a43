import { expect, test } from "vitest";
import { addressee } from "./addressee.ts";

test.each([
  ["@Alice", { by: "handle", handle: "alice" }],
  ["  @a_1 ", { by: "handle", handle: "a_1" }],
  ["alice", { by: "id", userId: "alice" }],
  ["user_2aBcD", { by: "id", userId: "user_2aBcD" }],
  ["علي", { by: "id", userId: "علي" }],
])("%s is a person", (typed, person) => {
  expect(addressee(typed)).toEqual(person);
});

test.each([
  ["", "empty"],
  ["  ", "empty"],
  ["@", "empty"],
  ["@a", "handle"],
  ["@Alice Smith", "handle"],
  [`@${"a".repeat(31)}`, "handle"],
  ["Alice Smith", "id"],
  ["a\u0007", "id"],
  ["a".repeat(301), "id"],
])("%j is nobody: %s", (typed, fault) => {
  expect(addressee(typed)).toEqual({ by: "nothing", fault });
});

test("a name is measured in characters, not in halves of them", () => {
  expect(addressee("😀".repeat(300)).by).toBe("id");
});
