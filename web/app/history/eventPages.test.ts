import type { DraftEvent } from "@onering/client";
import { expect, test, vi } from "vitest";
import { EventPages, PAGE } from "./eventPages.ts";

const event = (version: number) => ({ version, type: "segment_added" }) as DraftEvent;
const upTo = (head: number) =>
  vi.fn(async (after: number, limit: number, _signal: AbortSignal) =>
    Array.from({ length: Math.min(limit, head - after) }, (_, n) => event(after + n + 1)),
  );

test("a version brings the page that it stands on, once", async () => {
  const read = upTo(3 * PAGE);
  const pages = new EventPages(read);
  pages.want(PAGE + 1);
  pages.want(2 * PAGE);
  await vi.waitFor(() => expect(pages.getKnown().reading).toBe(false));
  pages.want(PAGE + 7);
  expect(read.mock.calls.map(([after, limit]) => [after, limit])).toEqual([[PAGE, PAGE]]);
  expect(pages.getKnown().byVersion.size).toBe(PAGE);
  expect(pages.getKnown().byVersion.get(2 * PAGE)?.version).toBe(2 * PAGE);
});

test("what happens meanwhile joins what was read, and nothing is read for it", async () => {
  const read = upTo(3);
  const pages = new EventPages(read);
  pages.add([event(4)]);
  pages.want(4);
  expect(read).not.toHaveBeenCalled();
  pages.want(3);
  await vi.waitFor(() => expect([...pages.getKnown().byVersion.keys()].sort()).toEqual([1, 2, 3, 4]));
});

test("what could not be read is read when it is tried again", async () => {
  const read = upTo(3).mockRejectedValueOnce(new Error("nobody answers"));
  const pages = new EventPages(read);
  pages.want(2);
  await vi.waitFor(() => expect(pages.getKnown().problem?.message).toBe("nobody answers"));
  pages.retry();
  await vi.waitFor(() => expect(pages.getKnown().byVersion.size).toBe(3));
  expect(pages.getKnown().problem).toBeNull();
});

test("nothing that arrives after the end changes what is known", async () => {
  const pages = new EventPages(upTo(3));
  pages.want(1);
  pages.stop();
  await Promise.resolve();
  expect(pages.getKnown().byVersion.size).toBe(0);
});
