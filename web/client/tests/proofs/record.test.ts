// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hex, utf8 } from "../../src/proofs/bytes.ts";
import { checkHashes, entryOf, type LoggedEvent, leafOf, payloadHash } from "../../src/proofs/record.ts";
import { NotProved, readLine } from "../../src/proofs.ts";
import { entry } from "./log.ts";

interface Vector {
  readonly event: LoggedEvent & { readonly payload: string };
  readonly salt: string;
  readonly payload_hash: string;
  readonly entry: string;
  readonly leaf: string;
}

const LOG_MD = readFileSync(new URL("../../../../docs/LOG.md", import.meta.url), "utf8");
const VECTORS = JSON.parse(/```json\n([^`]*)```/.exec(LOG_MD)?.[1] ?? "[]") as Vector[];

describe("the hashes of an entry", () => {
  it("have test vectors", () => expect(VECTORS).toHaveLength(2));

  it.each(VECTORS)("are those of the test vectors: $event.type", (vector) => {
    const recorded_at = vector.event.recorded_at.replace("+00:00", "Z");
    const event = { ...vector.event, recorded_at, payload_hash: vector.payload_hash };
    expect(hex(payloadHash(vector.salt, event.payload))).toBe(vector.payload_hash);
    expect(hex(entryOf(event))).toBe(vector.entry);
    expect(hex(leafOf(event))).toBe(vector.leaf);
  });

  it("hold for what was erased, as long as both are gone", () => {
    const erased = { ...entry(1, "A"), payload: null, salt: null };
    expect(() => checkHashes(erased)).not.toThrow();
    expect(() => checkHashes({ ...entry(1, "A"), payload: null })).toThrow(NotProved);
    expect(() => checkHashes({ ...entry(1, "A"), salt: null })).toThrow(NotProved);
  });

  it("are not those of a time that there is not", () => {
    for (const day of ["2026-02-30", "2026-13-01", "2026-11-26T24"]) {
      const recorded_at = `${day}T00:00:00.000000Z`.slice(-27);
      expect(() => leafOf({ ...entry(1, "A"), recorded_at })).toThrow(NotProved);
    }
  });
});

describe("the line of an entry", () => {
  const event = entry(3, 'A "quoted" \\ line\n\u2028\u0001 \u{1f30d}');
  const text = JSON.stringify(event);

  it("is read as it is spelled", () => {
    expect(readLine(utf8(text))).toEqual(event);
  });

  it.each([
    ["another order", JSON.stringify(Object.fromEntries(Object.entries(event).reverse()))],
    ["something more", JSON.stringify({ ...event, more: 1 })],
    ["something twice", text.replace("{", '{"lane":1,')],
    ["something less", JSON.stringify({ ...event, causation_id: undefined })],
    ["white space", text.replace(":", ": ")],
    ["its end of line", `${text}\n`],
    ["another spelling of a character", text.replace("quoted", "\\u0071uoted")],
    ["another spelling of a number", text.replace('"lane":0', '"lane":0.0')],
    ["a number as a text", text.replace('"lane":0', '"lane":"0"')],
    ["a number below zero", text.replace('"lane":0', '"lane":-1')],
    ["a number that numbers can't hold", text.replace('"position":3', '"position":9007199254740993')],
    ["digits in upper case", text.replace(event.leaf, event.leaf.toUpperCase())],
    ["a time of another zone", text.replace("Z", "+00:00")],
    ["a list instead", "[]"],
    ["null instead", "null"],
    ["nothing", ""],
  ])("is refused with %s", (_, other) => {
    expect(other).not.toBe(text);
    expect(() => readLine(utf8(other))).toThrow(NotProved);
  });

  it("is refused when it is not UTF-8", () => {
    expect(() => readLine(Uint8Array.of(0xff))).toThrow(NotProved);
  });
});
