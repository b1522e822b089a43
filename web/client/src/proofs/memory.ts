/** What this browser saw of a log before: the keys that signed it, and the newest checkpoint. */

import { base64, hash } from "./bytes.ts";
import { type Checkpoint, type VerifierKey, verifierKey } from "./note.ts";
import { NotProved } from "./wrong.ts";

/** What is remembered. */
export interface Pinned {
  readonly keys: readonly VerifierKey[];
  readonly checkpoint: Checkpoint;
}

/** Where it is remembered. */
export interface Memory {
  read(): Pinned | null;
  write(pinned: Pinned): void;
  /** Forgets all of it: whatever is seen next is trusted as the first. */
  forget(): void;
}

/** The memory that a browser keeps for one service, in its `localStorage`; where there is none, nothing is kept. */
export function storedMemory(baseUrl = "", storage: Storage | null = own()): Memory {
  const name = `onering.log:${baseUrl}`;
  return {
    read: () => parsed(storage?.getItem(name) ?? null),
    write: (pinned) => keep(storage, name, spelled(pinned)),
    forget: () => storage?.removeItem(name),
  };
}

/** A browser whose storage is full, or that keeps nothing in it, verifies as if it saw the log for the first time. */
function keep(storage: Storage | null, name: string, value: string): void {
  try {
    storage?.setItem(name, value);
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
  }
}

/** Where storage is blocked, to look at it throws. */
function own(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function spelled({ keys, checkpoint: { origin, size, root } }: Pinned): string {
  return JSON.stringify({ keys: keys.map(({ text }) => text), origin, size, root: base64(root) });
}

function parsed(text: string | null): Pinned | null {
  if (text === null) return null;
  try {
    const { keys, origin, size, root } = JSON.parse(text) as {
      keys: string[];
      origin: string;
      size: number;
      root: string;
    };
    return { keys: keys.map(verifierKey), checkpoint: { origin, size, root: hash(root) } };
  } catch (fault) {
    if (fault instanceof NotProved || fault instanceof SyntaxError || fault instanceof TypeError) return null;
    throw fault;
  }
}
