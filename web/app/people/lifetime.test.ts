import { expect, test } from "vitest";
import { lifetime, lifetimes, usualLifetime } from "./lifetime.ts";

test("the choices are said as people say them", () => {
  expect(lifetimes.map(lifetime)).toEqual(["1 day", "3 days", "1 week", "30 days"]);
  expect(lifetime(usualLifetime)).toBe("3 days");
});

test.each([
  [1, "1 hour"],
  [36, "36 hours"],
  [48, "2 days"],
  [336, "2 weeks"],
])("%i hours are %s", (hours, words) => {
  expect(lifetime(hours)).toBe(words);
});

test("the service takes every choice", () => {
  expect(lifetimes.every((hours) => hours >= 1 && hours <= 720)).toBe(true);
});
