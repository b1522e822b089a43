/** One event of a draft, verified: fetched, checked, and compared with what is shown and what was seen before. */

import type { DraftEvent } from "../model.ts";
import { Refused } from "../refusals.ts";
import type { OneRing } from "../rest.ts";
import { hash } from "./bytes.ts";
import { type Checked, checkProof, type ProofFile, parseProof } from "./file.ts";
import { type Memory, type Pinned, storedMemory } from "./memory.ts";
import { type Checkpoint, openNote, rootText, type VerifierKey, verifierKeys } from "./note.ts";
import { checkShown } from "./shown.ts";
import { isConsistent } from "./tree.ts";
import { ensure, NotProved } from "./wrong.ts";

/** Which event, and what it is compared with. */
export interface Verification {
  readonly client: OneRing;
  readonly draftId: string;
  readonly version: number;
  /** The proof of it as a file; by default as the service makes it now. */
  readonly text?: string | undefined;
  /** The event as it is shown; by default as `/events` tells it now. */
  readonly shown?: DraftEvent | undefined;
  /** By default what this browser remembers of the client's service. */
  readonly memory?: Memory;
  readonly signal?: AbortSignal | undefined;
}

/** A proof that holds, with what it was compared with. */
export interface Proved extends Checked {
  /** The proof as a file to keep; `scripts/verify.py` checks it without a browser. */
  readonly text: string;
  readonly shown: DraftEvent;
  /** The root of the tree as checkpoints spell it. */
  readonly root: string;
  /** What was remembered of the log; null if it was never seen before, so that its key is taken on trust. */
  readonly before: Checkpoint | null;
}

/** The proof of an event as a file. Rejects with Refused (503: not signed yet), Unreachable. */
export function proofOf({ client, draftId, version, signal }: Verification): Promise<string> {
  const path = { draft_id: draftId, version };
  // What was written a moment ago is signed within a second: until then the service says 503, and is asked again.
  return client.get("/v1/collab/drafts/{draft_id}/events/{version}/proof", { path, signal });
}

/** Verifies an event of a draft, and remembers what it saw of the log.
 *
 * Rejects with NotProved if it is not what was signed; with Refused or Unreachable if that can't be told.
 */
export async function verifyEvent(asked: Verification): Promise<Proved> {
  const { client, memory = storedMemory(client.baseUrl) } = asked;
  const [text, shown] = await Promise.all([asked.text ?? proofOf(asked), asked.shown ?? eventOf(asked)]);
  const file = parseProof(text);
  const pinned = memory.read();
  const checked = checkProof(file, await keysFor(asked, file, pinned));
  checkShown(checked.event, shown);
  if (pinned !== null) await checkGrowth(asked, pinned.checkpoint, checked.checkpoint);
  remember(memory, pinned, checked);
  return { ...checked, text, shown, root: rootText(checked.checkpoint), before: pinned?.checkpoint ?? null };
}

async function eventOf({ client, draftId, version, signal }: Verification): Promise<DraftEvent> {
  const asked = { path: { draft_id: draftId }, query: { after: String(version - 1), limit: 1 }, signal };
  const { data } = await client.get("/v1/collab/drafts/{draft_id}/events", asked);
  const event = data.find((one) => one.version === version);
  ensure(event !== undefined, "other-event", "the draft does not tell of it");
  return event;
}

/** The keys of a log that was seen before are those that signed it then, whatever the service says now. */
async function keysFor(
  { client, signal }: Verification,
  file: ProofFile,
  pinned: Pinned | null,
): Promise<readonly VerifierKey[]> {
  if (pinned === null) return verifierKeys(await client.get("/v1/log/keys", { signal }));
  try {
    const { checkpoint } = openNote(file.note, pinned.keys);
    ensure(checkpoint.origin === pinned.checkpoint.origin, "other-key", "it is a log of another name");
  } catch (fault) {
    if (!(fault instanceof NotProved && fault.reason === "unsigned")) throw fault;
    const names = pinned.keys.map(({ name, id }) => `${name} (${id})`).join(", ");
    throw new NotProved("other-key", `it is not signed by ${names}, as it was before`);
  }
  return pinned.keys;
}

/** Throws NotProved unless one checkpoint is how the log of the other went on. An older one may be, too. */
async function checkGrowth({ client, signal }: Verification, known: Checkpoint, now: Checkpoint): Promise<void> {
  const [before, after] = known.size <= now.size ? [known, now] : [now, known];
  const path = before.size === after.size ? [] : await growth(client, before.size, after.size, signal);
  ensure(path !== null, "shorter", `the log ends at entry ${now.size}; this browser saw ${known.size} of them`);
  const grew = isConsistent(before, after, path);
  ensure(grew, "forked", `the log up to entry ${known.size} is not the one that this browser saw`);
}

async function growth(client: OneRing, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array[] | null> {
  try {
    const { data } = await client.get("/v1/log/consistency", { query: { from, to }, signal });
    return data.hashes.map(hash);
  } catch (fault) {
    // The newest checkpoint does not go so far: something that was signed is gone.
    if (fault instanceof Refused && fault.status === 404) return null;
    throw fault;
  }
}

/** Keys stay those that were seen first; of checkpoints, the newest is kept. */
function remember(memory: Memory, before: Pinned | null, { checkpoint, signers }: Checked): void {
  // What another tab saw meanwhile was not compared with this.
  if (memory.read()?.checkpoint.size !== before?.checkpoint.size) return;
  if (before === null || before.checkpoint.size < checkpoint.size) {
    memory.write({ keys: before?.keys ?? signers, checkpoint });
  }
}
