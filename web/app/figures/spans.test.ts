import { expect, test } from "vitest";
import { tick } from "./spans.ts";

const AT = new Date(2026, 4, 3, 9, 30).getTime();
const DAY = 86_400_000;

test.each([
  [DAY, /30/],
  [30 * DAY, /2026/],
])("on a line of %d ms a moment is told from others by what differs", (line, told) => {
  expect(tick(AT, line)).toMatch(told);
  expect(tick(AT, line)).not.toMatch(line === DAY ? /2026/ : /30/);
});
