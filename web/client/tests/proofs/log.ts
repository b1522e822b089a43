/** A log that a test signs: entries, the tree over them (RFC 6962 by its own words), and its proofs. */

import { getPublicKey, hashes, sign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import type { DraftEvent } from "../../src/index.ts";
import { base64, digest, hex, unhex, utf8 } from "../../src/proofs/bytes.ts";
import { type VerifierKey, verifierKey } from "../../src/proofs/note.ts";
import { type LoggedEvent, leafOf, payloadHash } from "../../src/proofs/record.ts";
import { type Head, node } from "../../src/proofs/tree.ts";

hashes.sha512 = sha512;

export const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
export const ORIGIN = "ring.test/log";

const uuid = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

/** A segment of Alice's at a position of the log, which is its version of the draft, too. */
export function entry(position: number, content: string): LoggedEvent {
  const data = { segment_id: uuid(position), segment_order: position, author_id: "alice", content };
  const payload = JSON.stringify({ idempotency_key: null, data });
  const salt = "000102030405060708090a0b0c0d0e0f";
  const open = {
    lane: 0,
    position,
    stream_id: DRAFT,
    stream_type: "draft",
    version: position,
    workspace_id: uuid(0),
    event_id: uuid(1000 + position),
    type: "segment_added",
    schema_version: 1,
    payload,
    salt,
    payload_hash: hex(payloadHash(salt, payload)),
    issuer: "onering:local",
    subject: "alice",
    impersonator: null,
    command_id: uuid(2000 + position),
    correlation_id: "",
    causation_id: null,
    recorded_at: "2026-11-26T02:00:00.000001Z",
    leaf: "",
  };
  return { ...open, leaf: hex(leafOf(open)) };
}

/** The same as the feed tells it. */
export function shown(logged: LoggedEvent): DraftEvent {
  return {
    type: logged.type,
    draft_id: logged.stream_id,
    version: logged.version,
    position: `${logged.lane}.${logged.position}`,
    event_id: logged.event_id,
    command_id: logged.command_id,
    at: logged.recorded_at,
    actor: { id: logged.subject },
    ...JSON.parse(logged.payload ?? '{"idempotency_key":null,"data":null}'),
  } as DraftEvent;
}

/** A key pair that is always the same for a number. */
export class SigningKey {
  readonly verifier: VerifierKey;
  readonly #secret: Uint8Array;

  constructor(number: number, name = ORIGIN) {
    this.#secret = digest(utf8(`secret ${number}`));
    const material = Uint8Array.of(1, ...getPublicKey(this.#secret));
    const id = hex(digest(utf8(`${name}\n`), material).subarray(0, 4));
    this.verifier = verifierKey(`${name}+${id}+${base64(material)}`);
  }

  /** The line of a note that signs its text. */
  line(text: string): string {
    const signature = Uint8Array.of(...unhex(this.verifier.id), ...sign(utf8(text), this.#secret));
    return `\u2014 ${this.verifier.name} ${base64(signature)}\n`;
  }
}

/** MTH(D). */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (leaves.length < 2) return only ?? digest();
  const k = split(leaves.length);
  return node(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** PATH(m, D). */
export function pathOf(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length < 2) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - k, right), rootOf(left)];
}

/** PROOF(m, D). */
export function growthOf(size: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subproof(size, leaves, true);
}

function subproof(size: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (size === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return size <= k
    ? [...subproof(size, left, isWhole), rootOf(right)]
    : [...subproof(size - k, right, false), rootOf(left)];
}

/** The largest power of two that is smaller. */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

export class TestLog {
  readonly events: LoggedEvent[] = [];
  readonly #keys: readonly SigningKey[];
  readonly #origin: string;

  constructor(keys: readonly SigningKey[], texts: readonly string[], origin = ORIGIN) {
    this.#keys = keys;
    this.#origin = origin;
    this.write(...texts);
  }

  write(...texts: readonly string[]): void {
    for (const text of texts) this.events.push(entry(this.events.length + 1, text));
  }

  get leaves(): Uint8Array[] {
    return this.events.map(({ leaf }) => unhex(leaf));
  }

  head(size = this.events.length): Head {
    return { size, root: rootOf(this.leaves.slice(0, size)) };
  }

  note(): string {
    const { size, root } = this.head();
    const text = `${this.#origin}\n${size}\n${base64(root)}\n`;
    return `${text}\n${this.#keys.map((key) => key.line(text)).join("")}`;
  }

  proof(version: number): string {
    const line = utf8(JSON.stringify(this.events[version - 1]));
    const path = pathOf(version - 1, this.leaves).map(base64);
    return ["c2sp.org/tlog-proof@v1", `extra ${base64(line)}`, `index ${version - 1}`, ...path, "", this.note()].join(
      "\n",
    );
  }

  growth(from: number, to: number): string[] {
    return growthOf(from, this.leaves.slice(0, to)).map(base64);
  }
}
