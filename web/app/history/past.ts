/**
 * A draft as it was: one version is wanted at a time, and shown as the service answers it.
 *
 * What is shown is always an answer of `GET …?at=N`, never a text put together here: the service knows the rules, and
 * what of the past was erased since. Answers never change, so they are kept; while one is on its way, the one before
 * stays. Steps to a neighbour cost no waiting, for neighbours are read ahead.
 */
import type { Draft } from "@onering/client";

export interface PastState {
  /** The version that is wanted; 0 before any was. */
  readonly wanted: number;
  /** The last answer that was wanted: of `wanted`, or until that is there of one before. */
  readonly shown: Draft | null;
  /** Why `wanted` can't be shown. */
  readonly problem: Error | null;
}

export interface PastOptions {
  /** Reads the draft at a version. */
  readonly read: (version: number, signal: AbortSignal) => Promise<Draft>;
  /** How long a version has to be wanted before it is asked for, in milliseconds. */
  readonly patience?: number;
  /** How many answers are kept. */
  readonly kept?: number;
}

interface Flight {
  readonly version: number;
  readonly controller: AbortController;
}

/** Above this many segments an answer is too large to be read on suspicion. */
const READ_AHEAD_SEGMENTS = 500;

export class Past {
  readonly #read: PastOptions["read"];
  readonly #patience: number;
  readonly #kept: number;
  readonly #answers = new Map<number, Draft>();
  readonly #listeners = new Set<() => void>();
  readonly #flights = new Map<number, Flight>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #head = 0;
  #state: PastState = { wanted: 0, shown: null, problem: null };

  constructor({ read, patience = 120, kept = 40 }: PastOptions) {
    this.#read = read;
    this.#patience = patience;
    this.#kept = kept;
  }

  readonly getState = (): PastState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Wants a version of a draft that has `head` of them; the one that was wanted before no longer is. */
  want(version: number, head: number): void {
    this.#head = head;
    if (version === this.#state.wanted && this.#state.problem === null) return;
    clearTimeout(this.#timer);
    this.#landAllBut(version);
    const answer = this.#answers.get(version);
    if (answer !== undefined) {
      this.#show(version, answer);
      return;
    }
    const first = this.#state.shown === null;
    this.#set({ wanted: version, shown: this.#state.shown, problem: null });
    this.#timer = setTimeout(() => this.#ask(version), first ? 0 : this.#patience);
  }

  /** Asks again for what is wanted. */
  readonly retry = (): void => {
    this.#set({ ...this.#state, problem: null });
    this.#ask(this.#state.wanted);
  };

  /** Ends all that is on its way; a later `want` begins again. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#landAllBut(0);
    if (this.#state.shown?.version !== this.#state.wanted) this.#set({ ...this.#state, wanted: 0 });
  }

  #ask(version: number): void {
    if (this.#flights.has(version)) return;
    const flight = { version, controller: new AbortController() };
    this.#flights.set(version, flight);
    this.#read(version, flight.controller.signal).then(
      (draft) => this.#arrived(flight, draft),
      (reason: unknown) => this.#failed(flight, reason),
    );
  }

  #arrived(flight: Flight, draft: Draft): void {
    if (this.#flights.get(flight.version) !== flight) return;
    this.#flights.delete(flight.version);
    this.#keep(flight.version, draft);
    if (this.#state.wanted === flight.version) this.#show(flight.version, draft);
  }

  #failed(flight: Flight, reason: unknown): void {
    if (this.#flights.get(flight.version) !== flight) return;
    this.#flights.delete(flight.version);
    if (this.#state.wanted !== flight.version) return;
    this.#set({ ...this.#state, problem: reason instanceof Error ? reason : new Error(String(reason)) });
  }

  #show(version: number, draft: Draft): void {
    this.#keep(version, draft);
    this.#set({ wanted: version, shown: draft, problem: null });
    if (draft.segments.length > READ_AHEAD_SEGMENTS) return;
    for (const next of [version + 1, version - 1]) {
      if (next >= 1 && next <= this.#head && !this.#answers.has(next)) this.#ask(next);
    }
  }

  #keep(version: number, draft: Draft): void {
    this.#answers.delete(version);
    this.#answers.set(version, draft);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= this.#kept) break;
      this.#answers.delete(oldest);
    }
  }

  #landAllBut(version: number): void {
    for (const flight of this.#flights.values()) {
      if (flight.version === version) continue;
      this.#flights.delete(flight.version);
      flight.controller.abort();
    }
  }

  #set(state: PastState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
