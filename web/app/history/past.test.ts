import type { Draft } from "@onering/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Past } from "./past.ts";

/** A service whose answers come when the test says so. */
function service() {
  const asked: { version: number; signal: AbortSignal; answer: () => void; fail: (reason: Error) => void }[] = [];
  const read = (version: number, signal: AbortSignal) =>
    new Promise<Draft>((resolve, reject) => {
      const draft = { version, segments: [] } as unknown as Draft;
      asked.push({ version, signal, answer: () => resolve(draft), fail: reject });
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const pending = () => asked.filter((each) => !each.signal.aborted).map((each) => each.version);
  const answer = async (version: number) => {
    asked.findLast((each) => each.version === version)?.answer();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { asked, read, pending, answer };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A reader who sees version 9 of 10. */
async function reading() {
  const server = service();
  const past = new Past({ read: server.read, patience: 100 });
  past.want(9, 10);
  await vi.advanceTimersByTimeAsync(0);
  await server.answer(9);
  await server.answer(10);
  await server.answer(8);
  server.asked.length = 0;
  return { past, ...server };
}

test("the first version is asked for at once, and its neighbours are read ahead", async () => {
  const { read, pending, answer } = service();
  const past = new Past({ read });
  past.want(5, 10);
  await vi.advanceTimersByTimeAsync(0);
  expect(pending()).toEqual([5]);
  await answer(5);
  expect(past.getState().shown?.version).toBe(5);
  expect(pending()).toEqual([5, 6, 4]);
});

test("at the ends there is no neighbour to read ahead", async () => {
  const { read, pending, answer } = service();
  const past = new Past({ read });
  past.want(1, 1);
  await vi.advanceTimersByTimeAsync(0);
  await answer(1);
  expect(pending()).toEqual([1]);
});

test("only the version at which the slider rests is asked for", async () => {
  const { past, pending } = await reading();
  for (const version of [6, 5, 4, 3]) {
    past.want(version, 10);
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(pending()).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(pending()).toEqual([3]);
});

test("a request that was superseded is aborted, and its answer is never shown", async () => {
  const { past, asked, answer } = await reading();
  past.want(3, 10);
  await vi.advanceTimersByTimeAsync(100);
  past.want(5, 10);
  expect(asked.map((each) => [each.version, each.signal.aborted])).toEqual([[3, true]]);
  await vi.advanceTimersByTimeAsync(100);
  await answer(3);
  expect(past.getState().shown?.version).toBe(9);
  await answer(5);
  expect(past.getState()).toMatchObject({ wanted: 5, shown: { version: 5 }, problem: null });
});

test("until the answer is there, the text before stays", async () => {
  const { past } = await reading();
  const seen: unknown[] = [];
  past.subscribe(() => seen.push(past.getState().shown?.version));
  past.want(2, 10);
  await vi.advanceTimersByTimeAsync(100);
  expect(seen).toEqual([9]);
});

test("a step to a neighbour is shown at once, without asking again", async () => {
  const { past, asked } = await reading();
  past.want(8, 10);
  expect(past.getState().shown?.version).toBe(8);
  expect(asked.map((each) => each.version)).toEqual([7]);
});

test("a neighbour that is on its way is not asked for twice", async () => {
  const { past, asked, answer } = await reading();
  past.want(8, 10);
  past.want(7, 10);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked.map((each) => [each.version, each.signal.aborted])).toEqual([[7, false]]);
  await answer(7);
  expect(past.getState().shown?.version).toBe(7);
});

test("answers are kept as far as there is room, the oldest go first", async () => {
  const { read, asked, answer } = service();
  const past = new Past({ read, patience: 0, kept: 2 });
  for (const version of [1, 20, 40]) {
    past.want(version, 40);
    await vi.advanceTimersByTimeAsync(0);
    await answer(version);
  }
  asked.length = 0;
  past.want(1, 40);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map((each) => each.version)).toContain(1);
});

test("what can't be read is said beside the text before, and can be asked for again", async () => {
  const { past, asked, answer } = await reading();
  past.want(3, 10);
  await vi.advanceTimersByTimeAsync(100);
  asked[0]?.fail(new Error("nobody answers"));
  await vi.advanceTimersByTimeAsync(0);
  expect(past.getState()).toMatchObject({ wanted: 3, shown: { version: 9 }, problem: { message: "nobody answers" } });
  past.retry();
  await answer(3);
  expect(past.getState()).toMatchObject({ shown: { version: 3 }, problem: null });
});

test("a neighbour that could not be read ahead bothers nobody", async () => {
  const { past, asked } = await reading();
  past.want(8, 10);
  asked[0]?.fail(new Error("nobody answers"));
  await vi.advanceTimersByTimeAsync(0);
  expect(past.getState()).toMatchObject({ shown: { version: 8 }, problem: null });
});
