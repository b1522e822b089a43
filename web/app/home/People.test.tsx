import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { People } from "./People.tsx";

const members = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const user_id = `u${n}`;
    return { user_id, display: `Person ${n}`, role: "contributor", joined_at: "2026-05-03T12:00:00.000000Z" } as const;
  });
const told = (count: number) =>
  render(<People members={members(count)} me="u1" />).container.firstElementChild?.getAttribute("title");
afterEach(cleanup);

test('who is in a draft is called by name, the reader "you"', () => {
  expect(told(3)).toBe("Person 0, you, and Person 2");
});

test("of a crowd some are named, and the others counted", () => {
  expect(told(13)).toMatch(/Person 11, and one other$/);
  expect(told(1000)).toMatch(/Person 11, and 988 others$/);
});
