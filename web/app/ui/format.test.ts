import { expect, test } from "vitest";
import { length, relative } from "./format.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

test.each([
  ["2026-11-26T11:59:15Z", 0, "second"],
  ["2026-11-26T12:00:40Z", 0, "second"],
  ["2026-11-26T11:57:01Z", -2, "minute"],
  ["2026-11-26T12:45:00Z", 45, "minute"],
  ["2026-11-26T10:00:00Z", -2, "hour"],
  ["2026-11-25T11:00:00Z", -1, "day"],
  ["2026-11-20T11:00:00Z", -6, "day"],
] as const)("%s is said in the largest unit that is full", (at, count, unit) => {
  expect(relative(at, NOW)).toBe(words.format(count, unit));
});

test("what is a week away or more is a date", () => {
  const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  for (const at of ["2026-11-19T12:00:00Z", "2026-12-24T12:00:00Z"]) {
    expect(relative(at, NOW)).toBe(date.format(new Date(at)));
  }
});

test("a text is as long as it has code points, as the service counts", () => {
  expect(length("A walk")).toBe(6);
  expect(length("🌙🌙")).toBe(2);
  expect(length("👩‍🚀")).toBe(3);
});
