/** What a live draft shows, and how it is told apart: every object here is immutable and is replaced when it changes. */

import type { Command, Draft, DraftEvent, Outcome, Segment } from "../model.ts";
import type { Refused, Unreachable } from "../refusals.ts";

/**
 * How current the draft is. It is `live` only while everything that the service told of is applied and the service was
 * heard within its heartbeat. `catching-up` is in doubt or behind, `connecting` has no connection yet and `offline` has
 * none to be had for now; both go on by themselves. `ended` does not: see `end`.
 */
export type Standing = "connecting" | "catching-up" | "live" | "offline" | "ended";

/** A segment as it is read; `sending` ones are mine and not confirmed yet, new ones of them come last. */
export interface Written {
  readonly segment: Segment;
  readonly state: "stored" | "sending";
}

/** Something of mine that was refused, until it is dismissed; `key` is the idempotency key it was sent under. */
export interface RefusedItem {
  readonly key: string;
  readonly command: Command;
  readonly reason: Refused | Unreachable;
}

/** Who follows the draft. Of a crowd (`complete` is false) only the holder and whoever comes next are named. */
export interface Presence {
  readonly people: readonly string[];
  readonly count: number;
  readonly anonymous: number;
  readonly complete: boolean;
}

/** Everything that a page shows of a draft. */
export interface DraftState {
  /** As confirmed; `segments` are those loaded. Without metrics and open invites: those are for REST. */
  readonly draft: Draft | null;
  /** The last version that is applied; 0 before the first. */
  readonly version: number;
  /** Which log the version belongs to. */
  readonly epoch: string | null;
  readonly standing: Standing;
  /** The text with what I wrote and changed, confirmed or not. */
  readonly written: readonly Written[];
  /** Whether segments before the first of `written` are missing; they are loaded by themselves. */
  readonly older: "none" | "loading" | "failed";
  /** How many commands of mine are not settled. */
  readonly sending: number;
  readonly refused: readonly RefusedItem[];
  readonly presence: Presence;
  /** The user id of the holder, while they write. */
  readonly typing: string | null;
  /** Why it ended: a close code of docs/LIVE.md and its reason. */
  readonly end: { readonly code: number; readonly reason: string } | null;
  /** What people of the draft are called, by user id. */
  readonly names: Readonly<Record<string, string>>;
}

/** What can be done with a live draft. */
export interface DraftActions {
  /**
   * Does a command on the draft. It is shown at once and sent after those before it; while nobody can be reached it
   * waits. Rejects with `Refused`, or with `Unreachable` if the draft is left before it could be sent.
   */
  send(command: Command): Promise<Outcome>;
  /** Forgets something that was refused. */
  dismiss(key: string): void;
  /** I am writing: tells the others, every few seconds at most. */
  typing(): void;
  /** Tries everything again that waits, failed or ended. */
  retry(): void;
  /** Calls back for every event once, in order, with the draft after it; what it returns ends that. */
  onEvent(listener: (event: DraftEvent, draft: Draft) => void): () => void;
}

/** Nobody there. */
export const NOBODY_THERE: Presence = { people: [], count: 0, anonymous: 0, complete: true };

/** Before anything is known. */
export const UNKNOWN: DraftState = {
  draft: null,
  version: 0,
  epoch: null,
  standing: "connecting",
  written: [],
  older: "none",
  sending: 0,
  refused: [],
  presence: NOBODY_THERE,
  typing: null,
  end: null,
  names: {},
};
