// @vitest-environment node
import { describe, expect, it } from "vitest";
import { base64, digest } from "../../src/proofs/bytes.ts";
import { parseCheckpoint, verifierKeys } from "../../src/proofs/note.ts";
import { NotProved, openNote, verifierKey } from "../../src/proofs.ts";
import { ORIGIN, SigningKey } from "./log.ts";

const KEY = new SigningKey(1);
const OTHER = new SigningKey(2);
const STRANGER = new SigningKey(3, "somebody.test/log");
const ROOT = base64(digest());
const TEXT = `${ORIGIN}\n7\n${ROOT}\n`;
const note = (text: string, ...lines: string[]) => `${text}\n${lines.join("")}`;

/** The same line with three bytes less. */
const short = (line: string) => `${line.slice(0, -5)}\n`;

function reason(run: () => unknown): string {
  try {
    run();
  } catch (fault) {
    if (fault instanceof NotProved) return fault.reason;
    throw fault;
  }
  return "none";
}

describe("a key", () => {
  it("is what people pin", () => {
    expect(verifierKey(KEY.verifier.text)).toEqual(KEY.verifier);
    expect(verifierKeys(`${KEY.verifier.text}\n${OTHER.verifier.text}\n`)).toEqual([KEY.verifier, OTHER.verifier]);
  });

  const [name, id, encoded] = KEY.verifier.text.split("+") as [string, string, string];
  it.each([
    ["nothing", ""],
    ["no name", `+${id}+${encoded}`],
    ["another name", `other+${id}+${encoded}`],
    ["another id", `${name}+00000000+${encoded}`],
    ["too few bytes", `${name}+${id}+AQID`],
    ["another algorithm", `${name}+${id}+Ag${encoded.slice(2)}`],
    ["no base64", `${name}+${id}+A`],
  ])("is refused with %s", (_, text) => {
    expect(reason(() => verifierKey(text))).toBe("malformed");
  });
});

describe("a signed checkpoint", () => {
  it("says what it says when a known key signed it", () => {
    const opened = openNote(note(TEXT, KEY.line(TEXT)), [OTHER.verifier, KEY.verifier]);
    expect(opened.checkpoint).toEqual({ origin: ORIGIN, size: 7, root: digest() });
    expect(opened.signers).toEqual([KEY.verifier]);
  });

  it("may have signatures of keys that are not known, also such as nobody can read, beside a good one", () => {
    const strange = `\u2014 ${ORIGIN} ${base64(digest())}\n`;
    const opened = openNote(note(TEXT, strange, STRANGER.line(TEXT), KEY.line(TEXT)), [KEY.verifier]);
    expect(opened.signers).toEqual([KEY.verifier]);
  });

  it("may say more than it has to", () => {
    const text = `${TEXT}more\n`;
    expect(openNote(note(text, KEY.line(text)), [KEY.verifier]).checkpoint.size).toBe(7);
  });

  it.each([
    ["a key that is not known", note(TEXT, OTHER.line(TEXT)), "unsigned"],
    ["a known key of another name", note(TEXT, STRANGER.line(TEXT)), "unsigned"],
    ["a known key, but another text", note(TEXT.replace("7", "8"), KEY.line(TEXT)), "signature"],
    ["one good and one wrong signature of known keys", note(TEXT, KEY.line(TEXT), STRANGER.line("no\n")), "signature"],
    ["a signature that is too short", note(TEXT, short(KEY.line(TEXT))), "signature"],
  ])("is refused with %s", (_, text, expected) => {
    expect(reason(() => openNote(text, [KEY.verifier, STRANGER.verifier]))).toBe(expected);
  });

  it.each([
    ["nobody's signature", TEXT],
    ["no end", note(TEXT, KEY.line(TEXT)).slice(0, -1)],
    ["seventeen signatures", note(TEXT, ...Array.from({ length: 17 }, () => KEY.line(TEXT)))],
    ["a control character", note(`${TEXT}a\u0007\n`, KEY.line(`${TEXT}a\u0007\n`))],
    ["a signature without a dash", note(TEXT, KEY.line(TEXT).slice(2))],
    ["a signature without a name", note(TEXT, `\u2014 ${ROOT}\n`)],
    ["a signature that is no base64", note(TEXT, `\u2014 ${ORIGIN} !!!!\n`)],
    ["a signature with stray bits", note(TEXT, `\u2014 ${ORIGIN} AAAAAAB=\n`)],
    ["an id and no signature", note(TEXT, `\u2014 ${ORIGIN} AAAAAA==\n`)],
  ])("is no note with %s", (_, text) => {
    expect(reason(() => openNote(text, [KEY.verifier]))).toBe("malformed");
  });

  it.each([
    ["no name", `\n7\n${ROOT}\n`],
    ["no root", `${ORIGIN}\n7\n`],
    ["a zero in front", `${ORIGIN}\n07\n${ROOT}\n`],
    ["a size below zero", `${ORIGIN}\n-7\n${ROOT}\n`],
    ["a size that numbers can't hold", `${ORIGIN}\n9007199254740993\n${ROOT}\n`],
    ["a root of another length", `${ORIGIN}\n7\nAQID\n`],
    ["no entries and a root of some", `${ORIGIN}\n0\n${base64(digest(digest()))}\n`],
    ["an empty line", `${ORIGIN}\n7\n${ROOT}\n\nmore\n`],
    ["no end", `${ORIGIN}\n7\n${ROOT}`],
  ])("is none with %s", (_, text) => {
    expect(reason(() => parseCheckpoint(text))).toBe("malformed");
  });

  it("may be of a log without entries", () => {
    expect(parseCheckpoint(`${ORIGIN}\n0\n${ROOT}\n`).size).toBe(0);
  });
});
