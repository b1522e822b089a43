import fc from "fast-check";
import { expect, test } from "vitest";
import { type Hold, strip, THINNEST } from "./turns.ts";

const hold = (user_id: string, start: string, end: string, open = false): Hold => ({
  user_id,
  start_ts: `2026-05-01T${start}:00Z`,
  end_ts: `2026-05-01T${end}:00Z`,
  open,
});

test("turns stand in one lane per person, each where and as long as it was", () => {
  const { lanes, ticks } = strip([
    hold("alice", "09:00", "10:00", true),
    hold("bob", "02:00", "09:00"),
    hold("alice", "00:00", "02:00"),
  ]);
  expect(lanes.map((lane) => [lane.person, lane.bars.map((bar) => [bar.start, bar.width, bar.hold.open])])).toEqual([
    [
      "alice",
      [
        [0, 0.2, false],
        [0.9, 0.1, true],
      ],
    ],
    ["bob", [[0.2, 0.7, false]]],
  ]);
  expect(ticks.map((tick) => new Date(tick).toISOString())).toEqual([
    "2026-05-01T00:00:00.000Z",
    "2026-05-01T05:00:00.000Z",
    "2026-05-01T10:00:00.000Z",
  ]);
});

test("a turn too short to be seen is drawn as thin as can be seen, also at the very end", () => {
  const { lanes } = strip([hold("alice", "00:00", "10:00"), hold("bob", "10:00", "10:00", true)]);
  expect(lanes[1]?.bars).toMatchObject([{ start: 1 - THINNEST, width: THINNEST }]);
});

test("a draft that just began is one turn, over the whole strip, with one label", () => {
  const { lanes, ticks } = strip([hold("alice", "08:00", "08:00", true)]);
  expect(lanes[0]?.bars).toMatchObject([{ start: 0, width: 1 }]);
  expect(ticks).toHaveLength(1);
});

test("without turns there is nothing to draw", () => {
  expect(strip([]).lanes).toEqual([]);
});

test("whatever the turns, every bar is inside the strip, and all of one person in one lane", () => {
  const moment = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
  const any = fc.tuple(fc.constantFrom("a", "b", "c", null), moment, fc.nat(1e8)).map(
    ([user_id, start, long]): Hold => ({
      user_id,
      start_ts: start.toISOString(),
      end_ts: new Date(start.getTime() + long).toISOString(),
      open: false,
    }),
  );
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (holds) => {
      const { lanes } = strip(holds);
      const bars = lanes.flatMap((lane) => lane.bars.map((bar) => ({ ...bar, person: lane.person })));
      expect(bars).toHaveLength(holds.length);
      expect(new Set(lanes.map((lane) => lane.person)).size).toBe(lanes.length);
      for (const bar of bars) {
        expect(bar.hold.user_id).toBe(bar.person);
        expect(bar.start).toBeGreaterThanOrEqual(0);
        expect(bar.width).toBeGreaterThanOrEqual(THINNEST);
        expect(bar.start + bar.width).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
});
