/** Signed notes and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, with Ed25519. */

import { hashes, verify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { base64, digest, hash, hex, same, unbase64, utf8, whole } from "./bytes.ts";
import type { Head } from "./tree.ts";
import { ensure, NotProved } from "./wrong.ts";

hashes.sha512 = sha512;

const ED25519 = 1;
const MOST_SIGNATURES = 16;
const DASH = "\u2014 ";
const EMPTY_ROOT = digest();

/** A public key that signs under a name. */
export interface VerifierKey {
  readonly name: string;
  /** The 4 bytes by which signatures name it, in hexadecimal digits. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** What people pin: `<name>+<id>+<base64>`. */
  readonly text: string;
}

/** What is signed of a log: its name, how many entries it has, and the root of the tree over them. */
export interface Checkpoint extends Head {
  readonly origin: string;
}

/** A checkpoint, and the keys that signed it, of those that are known. */
export interface Opened {
  readonly checkpoint: Checkpoint;
  readonly signers: readonly VerifierKey[];
}

/** Reads the text of a key. Throws NotProved. */
export function verifierKey(text: string): VerifierKey {
  const [, name = "", id = "", encoded = ""] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  ensure(name !== "", "malformed", "the key has not the form <name>+<id>+<base64>");
  const material = unbase64(encoded);
  ensure(material.length === 33 && material[0] === ED25519, "malformed", "the key is not an Ed25519 key");
  const expected = hex(digest(utf8(`${name}\n`), material).subarray(0, 4));
  ensure(id === expected, "malformed", "the id of the key is that of another one");
  return { name, id, bytes: material.subarray(1), text };
}

/** Reads the keys of a text with one on each line. Throws NotProved. */
export function verifierKeys(text: string): readonly VerifierKey[] {
  return text.split("\n").filter(Boolean).map(verifierKey);
}

/** Opens a note that a known key of its log signed, and no known key signed wrongly. Throws NotProved.
 *
 * Signatures of unknown keys count for nothing.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): Opened {
  const { text, lines } = takenApart(note);
  const checkpoint = parseCheckpoint(text);
  const signers = lines.map(signature).flatMap((line) => signer(line, text, keys) ?? []);
  const own = signers.filter(({ name }) => name === checkpoint.origin);
  ensure(own.length > 0, "unsigned", `no key of ${checkpoint.origin} that is known signed it`);
  return { checkpoint, signers: own };
}

/** Reads what a note says (c2sp.org/tlog-checkpoint). Throws NotProved. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = "", ...extensions] = text.slice(0, -1).split("\n");
  const isWhole = text.endsWith("\n") && origin !== "" && root !== "" && extensions.every(Boolean);
  ensure(isWhole, "malformed", "what is signed does not have a name, a size and a root, each on a line");
  const checkpoint = { origin, size: whole(size), root: hash(root) };
  const isRooted = checkpoint.size > 0 || same(checkpoint.root, EMPTY_ROOT);
  ensure(isRooted, "malformed", "what is signed has no entries, and a root of some");
  return checkpoint;
}

function takenApart(note: string): { text: string; lines: string[] } {
  const end = note.lastIndexOf("\n\n");
  ensure(end > 0 && note.endsWith("\n") && !hasControl(note), "malformed", "it is not a signed note");
  const lines = note.slice(end + 2, -1).split("\n");
  ensure(lines.length <= MOST_SIGNATURES, "malformed", `it has ${lines.length} signatures, more than 16`);
  return { text: note.slice(0, end + 1), lines };
}

function hasControl(text: string): boolean {
  return Array.from(text).some((character) => character < " " && character !== "\n");
}

interface Signature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

function signature(line: string): Signature {
  const [, name = "", encoded = ""] = /^\u2014 ([^\s+]+) (.+)$/.exec(line) ?? [];
  ensure(line.startsWith(DASH) && name !== "", "malformed", "a line after the text is not a signature");
  const bytes = unbase64(encoded);
  ensure(bytes.length > 4, "malformed", "a line after the text is not a signature");
  return { name, id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
}

function signer({ name, id, bytes }: Signature, text: string, keys: readonly VerifierKey[]): VerifierKey | undefined {
  const key = keys.find((known) => known.name === name && known.id === id);
  if (key !== undefined && !isSigned(bytes, text, key)) {
    throw new NotProved("signature", `the signature of ${name} is wrong`);
  }
  return key;
}

function isSigned(bytes: Uint8Array, text: string, key: VerifierKey): boolean {
  try {
    // RFC 8032 as other verifiers have it, without the leniency of ZIP 215.
    return bytes.length === 64 && verify(bytes, utf8(text), key.bytes, { zip215: false });
  } catch {
    return false;
  }
}

/** A checkpoint's root as checkpoints spell it. */
export function rootText({ root }: Head): string {
  return base64(root);
}
