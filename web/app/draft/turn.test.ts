// @vitest-environment node
import { expect, test } from "vitest";
import { timeLeft } from "./turn.ts";

const MINUTE = 60_000;

test.each([
  [0.5, { over: false, count: 0, unit: "minute" }],
  [59.9, { over: false, count: 59, unit: "minute" }],
  [60, { over: false, count: 1, unit: "hour" }],
  [47 * 60 + 59, { over: false, count: 47, unit: "hour" }],
  [48 * 60, { over: false, count: 2, unit: "day" }],
  [0, { over: true, count: 0, unit: "minute" }],
  [-61, { over: true, count: 1, unit: "hour" }],
])("%d minutes before its end a turn has %o left", (minutes, left) => {
  expect(timeLeft(minutes * MINUTE, 0)).toEqual(left);
});
