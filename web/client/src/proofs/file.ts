/** The proof of one event as a file: c2sp.org/tlog-proof@v1, whose `extra` line is the event as an export has it. */

import { hash, same, unbase64, unhex, whole } from "./bytes.ts";
import { type Opened, openNote, type VerifierKey } from "./note.ts";
import { checkHashes, type LoggedEvent, readLine } from "./record.ts";
import { rootFrom } from "./tree.ts";
import { ensure, NotProved } from "./wrong.ts";

const HEADER = "c2sp.org/tlog-proof@v1";

/** What a proof file says; nothing of it is checked yet. */
export interface ProofFile {
  readonly event: LoggedEvent;
  /** The place of its leaf, from 0. */
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The signed checkpoint. */
  readonly note: string;
}

/** A proof that holds: what it says, of which log, and who signed that. */
export interface Checked extends ProofFile, Opened {}

/** Takes a proof file apart. Throws NotProved. */
export function parseProof(text: string): ProofFile {
  const end = text.indexOf("\n\n");
  const [header, extra = "", index = "", ...path] = text.slice(0, Math.max(end, 0)).split("\n");
  ensure(header === HEADER, "malformed", "it is not a proof file");
  return {
    event: readLine(unbase64(after("extra ", extra))),
    index: whole(after("index ", index)),
    path: path.map(hash),
    note: text.slice(end + 2),
  };
}

/** Checks that a proof holds: its hashes, its path, and a signature by one of these keys. Throws NotProved. */
export function checkProof(file: ProofFile, keys: readonly VerifierKey[]): Checked {
  const { event, index, path, note } = file;
  const opened = openNote(note, keys);
  checkHashes(event);
  ensure(
    index === event.position - 1,
    "changed",
    `it is of entry ${index + 1}, and the event is entry ${event.position}`,
  );
  const root = rootFrom(unhex(event.leaf), index, opened.checkpoint.size, path);
  ensure(same(root, opened.checkpoint.root), "changed", "the event is not in the log that was signed");
  return { ...file, ...opened };
}

function after(word: string, line: string): string {
  if (!line.startsWith(word)) throw new NotProved("malformed", `it has no line that begins with "${word.trim()}"`);
  return line.slice(word.length);
}
