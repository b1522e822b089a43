import { beforeEach, expect, it, vi } from "vitest";
import { allUnsent, keepSent, keepUnsent, readSent, readUnsent, withoutBeginning } from "./unsent.ts";

beforeEach(() => localStorage.clear());

const sent = (content: string) => ({ id: content, page: "page", content, after: 0 });

it("keeps a text for each person and draft", () => {
  keepUnsent("alice", "walk", "We left");
  keepUnsent("bob", "walk", "It rained");
  keepUnsent("alice", "climb", "Up");
  expect(localStorage.getItem("onering.unsent:alice:walk")).toBe("We left");
  expect(readUnsent("bob", "walk")).toBe("It rained");
  expect(readUnsent("alice", "climb")).toBe("Up");
  expect(readUnsent("bob", "climb")).toBe("");
});

it("keeps beside it what is underway, and knows both as one", () => {
  keepUnsent("alice", "walk", "It rai");
  keepSent("alice", "walk", [sent("We left."), sent("At dawn.")]);
  expect(readSent("alice", "walk")).toEqual([sent("We left."), sent("At dawn.")]);
  expect(readSent("bob", "walk")).toEqual([]);
  expect(allUnsent("alice", "walk")).toBe("We left.\n\nAt dawn.\n\nIt rai");
});

it("forgets a text that is empty, and what is not underway", () => {
  keepUnsent("alice", "walk", "We left");
  keepSent("alice", "walk", [sent("We left.")]);
  keepUnsent("alice", "walk", "");
  keepSent("alice", "walk", []);
  expect(localStorage).toHaveLength(0);
});

it("does without storage where the browser has none", () => {
  const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(() => keepUnsent("alice", "walk", "We left")).not.toThrow();
  full.mockRestore();
});

it.each(["no json", "{}", '[{"content":1}]', "[null]"])("takes nothing for underway that is not: %j", (kept) => {
  localStorage.setItem("onering.sent:alice:walk", kept);
  expect(readSent("alice", "walk")).toEqual([]);
});

it("tells a text from one that goes on", () => {
  expect(withoutBeginning("We left.", "We left.")).toBe("");
  expect(withoutBeginning("We left.\n\nIt rai", "We left.")).toBe("It rai");
  expect(withoutBeginning("We left. It rai", "We left.")).toBe("We left. It rai");
  expect(withoutBeginning("We left.", "Dawn.")).toBe("We left.");
});
