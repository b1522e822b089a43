import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { whileLooking } from "../../src/react/looking.ts";

let state: DocumentVisibilityState;
let run: ReturnType<typeof vi.fn<(why: "looking" | "online") => void>>;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => state);
  state = "visible";
  run = vi.fn();
  end = whileLooking(30_000, run);
});

afterEach(() => {
  end();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function become(next: DocumentVisibilityState) {
  state = next;
  document.dispatchEvent(new Event("visibilitychange"));
}

it("calls every so often while the page is visible", () => {
  vi.advanceTimersByTime(29_999);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30_001);
  expect(run.mock.calls).toEqual([["looking"], ["looking"]]);
});

it("is quiet while it is hidden, and calls when it is seen again", () => {
  become("hidden");
  vi.advanceTimersByTime(300_000);
  expect(run).not.toHaveBeenCalled();
  become("visible");
  expect(run).toHaveBeenCalledExactlyOnceWith("looking");
});

it("calls when the window is turned to, and when the network is back, also behind other windows", () => {
  window.dispatchEvent(new Event("focus"));
  become("hidden");
  window.dispatchEvent(new Event("online"));
  expect(run.mock.calls).toEqual([["looking"], ["online"]]);
});

it("calls no more after its end", () => {
  end();
  vi.advanceTimersByTime(300_000);
  for (const event of ["focus", "online"]) window.dispatchEvent(new Event(event));
  become("visible");
  expect(run).not.toHaveBeenCalled();
});
