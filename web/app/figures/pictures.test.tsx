import type { components } from "@onering/client";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Activity } from "./Activity.tsx";
import { type Day, seriesOf } from "./activity.ts";
import { Contributions } from "./Contributions.tsx";
import { Turns } from "./Turns.tsx";
import { Ways } from "./Ways.tsx";

type Schemas = components["schemas"];
const drawn = vi.hoisted(() => vi.fn(() => null));
vi.mock("./DayPlot.tsx", () => ({ default: drawn }));

const nameOf = (userId: string) => ({ alice: "Alice", bob: "Bob" })[userId] ?? userId;

/** The rows of the table behind a picture, its head first. */
function rows() {
  fireEvent.click(screen.getByText("Show as a table"));
  const cells = (row: HTMLElement) => [...row.children].map((cell) => cell.textContent);
  return within(screen.getByRole("table")).getAllByRole("row").map(cells);
}

const contributor = (user_id: string, words: number, segments: number, share: number): Schemas["Contributor"] => ({
  user_id,
  segments_added_count: segments,
  segment_share: share,
  words_added: words,
  characters_added: 5 * words,
  segments_amended_count: 0,
  segments_withdrawn_count: 0,
  first_contribution_ts: null,
  last_contribution_ts: null,
  ring_holds_count: 1,
  total_hold_seconds: 60,
  ring_passes_count: 1,
});

test("who wrote how much: bars as long as the table says, most words first, nobody without any", () => {
  const people = [contributor("bob", 250, 6, 0.6), contributor("alice", 750, 4, 0.4), contributor("dan", 0, 0, 0)];
  render(<Contributions contributors={people} nameOf={nameOf} />);
  expect(rows().slice(1)).toEqual([
    ["Alice", "750", "75%", "4", "40%"],
    ["Bob", "250", "25%", "6", "60%"],
  ]);
  const bars = [...document.querySelectorAll<HTMLElement>("li [aria-hidden] > div")].map((bar) => bar.style.inlineSize);
  expect(bars).toEqual(["75%", "40%", "25%", "60%"]);
});

const hold = (user_id: string, from: number, to: number, open = false): Schemas["RingHold"] => ({
  user_id,
  start_ts: `2026-05-03T${String(from).padStart(2, "0")}:00:00Z`,
  end_ts: `2026-05-03T${String(to).padStart(2, "0")}:00:00Z`,
  seconds: 3600 * (to - from),
  open,
});

test("who held the ring: one bar for each row of the table, and the turn that goes on is said to", () => {
  render(
    <Turns holds={[hold("bob", 4, 8, true), hold("alice", 0, 4)]} nameOf={nameOf} earlier={null} reading={false} />,
  );
  const table = rows().slice(1);
  expect(table.map(([who, , to, long]) => [who, to === "now", long])).toEqual([
    ["Bob", true, "4 hours"],
    ["Alice", false, "4 hours"],
  ]);
  const bars = [...document.querySelectorAll<HTMLElement>("[title]")];
  expect(bars.map((bar) => [bar.style.insetInlineStart, bar.style.inlineSize, bar.dataset.open])).toEqual([
    ["0%", "50%", undefined],
    ["50%", "50%", "true"],
  ]);
  expect(screen.getByText("holds it now").closest("p")?.textContent).toContain("Bob");
});

const day = (date: string, added: number, removed: number): Day => ({
  date,
  segments_added: 1,
  segments_amended: 2,
  segments_withdrawn: 3,
  words_added: added,
  words_removed: removed,
  ring_passes: 4,
  contributors: 5,
});
const DAYS = [day("2026-05-02", 120, 0), day("2026-05-03", 30, 12)];

test("what each day brought: the table has every figure of every day, the newest first", async () => {
  render(<Activity days={DAYS} window={14} onWindow={() => {}} />);
  expect(rows().map((row) => row.slice(1))).toEqual([
    expect.arrayContaining(["Words written", "Words taken out"]),
    ["30", "12", "1", "2", "3", "4", "5"],
    ["120", "0", "1", "2", "3", "4", "5"],
  ]);
  await vi.waitFor(() => expect(drawn).toHaveBeenCalledWith({ days: DAYS }, undefined));
  expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/150 words written, 12 taken out/);
});

test("what is drawn of a day is what the table says: written above the line, taken out below, nothing for none", () => {
  expect(seriesOf(DAYS)).toEqual([
    [1_777_723_200, 1_777_809_600],
    [120, 30],
    [null, -12],
  ]);
});

test("one looks as far back as one wants", () => {
  const onWindow = vi.fn();
  render(<Activity days={DAYS} window={14} onWindow={onWindow} />);
  fireEvent.click(screen.getByRole("radio", { name: "90 days" }));
  expect(onWindow).toHaveBeenCalledWith(90);
});

test("days in which nothing happened are said to be quiet, and nothing is drawn", () => {
  const quiet = { ...day("2026-05-02", 0, 0), segments_withdrawn: 0, ring_passes: 0, contributors: 0 };
  render(<Activity days={[quiet]} window={14} onWindow={() => {}} />);
  expect(screen.getByText("Nothing happened in these days.")).toBeTruthy();
  expect(screen.queryByRole("img")).toBeNull();
});

test("how the ring went on: every pass counts once, by strategy, by reason, or as its holder's choice", () => {
  const pass = (strategy: Schemas["RingPass"]["strategy"], reason: string | null = null) => ({
    from_user_id: "alice",
    to_user_id: "bob",
    ts: "2026-05-03T12:00:00Z",
    reason,
    strategy,
    reasoning: null,
  });
  const passes = [
    pass(null),
    pass("round_robin"),
    pass(null),
    pass(null, "reclaimed"),
    pass(null, "holder_removed"),
    pass(null, "holder_demoted"),
    pass(null),
  ];
  render(<Ways passes={passes} partly={false} />);
  expect(rows().slice(1)).toEqual([
    ["Its holder chose somebody", "3"],
    ["Its holder left or became a reader", "2"],
    ["To whoever came next", "1"],
    ["Taken back after the time was over", "1"],
  ]);
});
