// @vitest-environment node
import { readFileSync } from "node:fs";
import { assert, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { DraftEvent } from "../../src/index.ts";
import { base64, hash, unbase64, utf8 } from "../../src/proofs/bytes.ts";
import { verifierKeys } from "../../src/proofs/note.ts";
import { checkShown } from "../../src/proofs/shown.ts";
import { checkProof, isConsistent, NotProved, openNote, parseProof } from "../../src/proofs.ts";
import { SigningKey, shown, TestLog } from "./log.ts";

/** What a running service answered: `/v1/log/keys`, two checkpoints, the proof of growth, and proofs of a draft. */
interface Served {
  readonly keys: string;
  readonly early: string;
  readonly late: string;
  readonly hashes: readonly string[];
  readonly proofs: readonly { readonly version: number; readonly proof: string; readonly event: DraftEvent }[];
}

const SERVED = JSON.parse(readFileSync(new URL("served.json", import.meta.url), "utf8")) as Served;
const KEYS = verifierKeys(SERVED.keys);

function reason(run: () => unknown): string {
  try {
    run();
  } catch (fault) {
    if (fault instanceof NotProved) return fault.reason;
    throw fault;
  }
  return "none";
}

describe("what a service proved", () => {
  it.each(SERVED.proofs)("holds: version $version", ({ proof, event }) => {
    const checked = checkProof(parseProof(proof), KEYS);
    expect(checked.event.version).toBe(event.version);
    expect(checked.signers).toEqual(KEYS);
    checkShown(checked.event, event);
  });

  it("is of no other event than that", () => {
    for (const { proof, version } of SERVED.proofs) {
      const { event } = checkProof(parseProof(proof), KEYS);
      for (const other of SERVED.proofs) {
        if (other.version !== version) expect(reason(() => checkShown(event, other.event))).toBe("other-event");
      }
    }
  });

  it("grew from what it had signed before", () => {
    const [early, late] = [openNote(SERVED.early, KEYS), openNote(SERVED.late, KEYS)];
    const path = SERVED.hashes.map(hash);
    expect(isConsistent(early.checkpoint, late.checkpoint, path)).toBe(true);
    expect(isConsistent(early.checkpoint, { ...late.checkpoint, root: early.checkpoint.root }, path)).toBe(false);
  });
});

describe("a proof", () => {
  it("does not hold once any bit of it is another, of the entry, its place, its path, or what is signed", () => {
    const mutations = record({ which: constantFrom(...SERVED.proofs), at: nat(), bit: nat(7) });
    assert(
      property(mutations, ({ which, at, bit }) => {
        const bytes = utf8(which.proof);
        const bent = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ (1 << bit) : byte));
        expect(reason(() => checkProof(parseProof(new TextDecoder().decode(bent)), KEYS))).not.toBe("none");
      }),
      { numRuns: 400 },
    );
  });

  it("does not hold once any bit of the entry is another", () => {
    const mutations = record({ which: constantFrom(...SERVED.proofs), at: nat(), bit: nat(7) });
    assert(
      property(mutations, ({ which, at, bit }) => {
        const [, encoded = ""] = /^extra (.*)$/m.exec(which.proof) ?? [];
        const line = unbase64(encoded);
        const bent = line.map((byte, index) => (index === at % line.length ? byte ^ (1 << bit) : byte));
        const proof = which.proof.replace(encoded, base64(bent));
        expect(reason(() => checkProof(parseProof(proof), KEYS))).not.toBe("none");
      }),
      { numRuns: 400 },
    );
  });

  it("does not hold for other keys", () => {
    const other = new SigningKey(9, KEYS[0]?.name);
    expect(reason(() => checkProof(parseProof(SERVED.proofs[0]?.proof ?? ""), [other.verifier]))).toBe("unsigned");
    expect(reason(() => checkProof(parseProof(SERVED.proofs[0]?.proof ?? ""), []))).toBe("unsigned");
  });

  const log = new TestLog([new SigningKey(1)], ["A", "B", "C"]);
  const proof = log.proof(2);
  const [header = "", extra = "", index = "", ...rest] = proof.split("\n");
  it.each([
    ["another header", ["c2sp.org/tlog-proof@v2", extra, index, ...rest], "malformed"],
    ["no entry", [header, index, ...rest], "malformed"],
    ["no place", [header, extra, ...rest], "malformed"],
    ["the place of another", [header, extra, "index 0", ...rest], "changed"],
    ["a hash of another length", [header, extra, index, "AQID", ...rest], "malformed"],
    ["a path that is too long", [header, extra, index, rest[0] ?? "", ...rest], "changed"],
    ["a path that is too short", [header, extra, index, ...rest.slice(1)], "changed"],
    ["no note", [header, extra, index], "malformed"],
  ])("is refused with %s", (_, lines, expected) => {
    const [key] = [new SigningKey(1).verifier];
    expect(reason(() => checkProof(parseProof(proof), [key]))).toBe("none");
    expect(reason(() => checkProof(parseProof(lines.join("\n")), [key]))).toBe(expected);
  });
});

describe("an event that is shown", () => {
  const [logged] = new TestLog([], ["We left at dawn."]).events;
  if (logged === undefined) throw new Error("The log is empty.");
  const event = shown(logged);

  it("is the one that is proved", () => {
    expect(() => checkShown(logged, event)).not.toThrow();
    expect(() => checkShown(logged, { ...event, actor: { id: "clerk|alice" } })).not.toThrow();
  });

  it.each<[string, Partial<DraftEvent>]>([
    ["draft", { draft_id: "other" }],
    ["version", { version: 2 }],
    ["position", { position: "0.2" }],
    ["name", { event_id: "other" }],
    ["command", { command_id: "other" }],
    ["time", { at: "2026-11-26T02:00:00.000002Z" }],
    ["actor", { actor: { id: "bob" } }],
    ["key", { idempotency_key: "rain" }],
  ])("is another with another %s", (_, change) => {
    expect(reason(() => checkShown(logged, { ...event, ...change } as DraftEvent))).toBe("other-event");
  });

  it.each([
    ["other", { ...event.data, content: "We left at dusk." }],
    ["more", { ...event.data, decided_at: event.at }],
    ["less", { segment_order: 1 }],
    ["no", null],
  ])("is another with %s words", (_, data) => {
    expect(reason(() => checkShown(logged, { ...event, data } as DraftEvent))).toBe("other-event");
  });

  it("is another of another kind", () => {
    expect(reason(() => checkShown({ ...logged, stream_type: "invite" }, event))).toBe("other-event");
    expect(reason(() => checkShown({ ...logged, type: "segment_amended" }, event))).toBe("other-event");
  });

  it("is the one whose words were erased", () => {
    const erased = { ...logged, payload: null, salt: null };
    expect(() => checkShown(erased, { ...event, data: null } as DraftEvent)).not.toThrow();
    expect(reason(() => checkShown(erased, event))).toBe("other-event");
  });
});
