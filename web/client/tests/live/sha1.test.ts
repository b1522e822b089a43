import { sha1 as reference } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha1 } from "../../src/live/sha1.ts";

test("the digest of the standard's example is the standard's", () => {
  expect(sha1("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
});

test("a text of any length has the digest that others compute, over every border of a block", () => {
  for (let length = 0; length <= 200; length += 1) {
    const text = "x".repeat(length);
    expect(sha1(text)).toBe(bytesToHex(reference(utf8ToBytes(text))));
  }
});

test("so has any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(sha1(text)).toBe(bytesToHex(reference(utf8ToBytes(text))));
    }),
  );
});
