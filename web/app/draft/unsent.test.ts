import { beforeEach, expect, it, vi } from "vitest";
import { keepUnsent, readUnsent, withoutStored } from "./unsent.ts";

beforeEach(() => localStorage.clear());

it("keeps a text for each person and draft", () => {
  keepUnsent("alice", "walk", "We left");
  keepUnsent("bob", "walk", "It rained");
  keepUnsent("alice", "climb", "Up");
  expect(localStorage.getItem("onering.unsent:alice:walk")).toBe("We left");
  expect(readUnsent("bob", "walk")).toBe("It rained");
  expect(readUnsent("alice", "climb")).toBe("Up");
  expect(readUnsent("bob", "climb")).toBe("");
});

it("forgets a text that is empty", () => {
  keepUnsent("alice", "walk", "We left");
  keepUnsent("alice", "walk", "");
  expect(localStorage).toHaveLength(0);
});

it("does without storage where the browser has none", () => {
  const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(() => keepUnsent("alice", "walk", "We left")).not.toThrow();
  full.mockRestore();
});

it("does not offer again what was accepted while the page was closed", () => {
  expect(withoutStored("We left.", "We left.")).toBe("");
  expect(withoutStored("We left.\n\nIt rai", "We left.")).toBe("It rai");
  expect(withoutStored("We left.", "Dawn.")).toBe("We left.");
  expect(withoutStored("We left.", undefined)).toBe("We left.");
});
