import { afterEach, beforeEach, expect, test } from "vitest";
import { fromLocal, toLocal } from "./localTime.ts";

const zone = process.env.TZ;
beforeEach(() => {
  process.env.TZ = "Europe/Berlin";
});
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test("what is typed is stored with the offset of that day, not of today", () => {
  expect(fromLocal("2026-12-24T18:00")).toBe("2026-12-24T18:00:00+01:00");
  expect(fromLocal("2026-07-01T18:00")).toBe("2026-07-01T18:00:00+02:00");
});

test("half hours and the west have their offsets", () => {
  process.env.TZ = "America/St_Johns";
  expect(fromLocal("2026-12-24T18:00")).toBe("2026-12-24T18:00:00-03:30");
});

test("a stored moment is shown on the reader's clock and read back as the same moment", () => {
  expect(toLocal("2026-12-24T23:30:00.000000Z")).toBe("2026-12-25T00:30");
  expect(new Date(fromLocal("2026-12-25T00:30") ?? "").toISOString()).toBe("2026-12-24T23:30:00.000Z");
});

test("nothing is nothing, both ways", () => {
  expect(toLocal(null)).toBe("");
  expect(fromLocal("")).toBeNull();
});
