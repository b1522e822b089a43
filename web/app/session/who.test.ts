import { expect, test, vi } from "vitest";
import { isUserId, keepLocalName, knownNames, localName } from "./who.ts";

test("the person of a window is kept for the window, and the name for the browser", () => {
  keepLocalName("alice");
  expect(sessionStorage.getItem("onering.who")).toBe("alice");
  expect(localName()).toBe("alice");
  keepLocalName(null);
  expect(localName()).toBeNull();
  expect(knownNames()).toEqual(["alice"]);
});

test("the names used last come first, each once, and not for ever", () => {
  for (const name of ["a", "b", "c", "d", "e", "f", "b"]) keepLocalName(name);
  expect(knownNames()).toEqual(["b", "f", "e", "d", "c"]);
});

test.each(["alice", "bob-2", "~", "a".repeat(255)])("%j is a user id", (name) => expect(isUserId(name)).toBe(true));
test.each(["", "two words", "é", "a".repeat(256), "tab\t"])("%j is none", (name) => expect(isUserId(name)).toBe(false));

test("what others left in the storage is nobody's name", () => {
  sessionStorage.setItem("onering.who", "two words");
  localStorage.setItem("onering.names", '{"no": "list"}');
  expect(localName()).toBeNull();
  expect(knownNames()).toEqual([]);
});

test("a browser that keeps nothing for pages has nobody, and breaks nothing", () => {
  vi.stubGlobal("sessionStorage", {
    getItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
    removeItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  expect(localName()).toBeNull();
  expect(() => keepLocalName(null)).not.toThrow();
  vi.unstubAllGlobals();
});
