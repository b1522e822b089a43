/**
 * The events of a draft, read by pages of versions as they are looked at. Versions are dense, so a page is found by
 * number, from either end; what was read never changes.
 */
import type { DraftEvent } from "@onering/client";

export const PAGE = 500;

/** Reads at most `limit` events after a version, in order. */
export type ReadEvents = (after: number, limit: number, signal: AbortSignal) => Promise<readonly DraftEvent[]>;

/** What is known; a new value whenever that changes. */
export interface KnownEvents {
  readonly byVersion: ReadonlyMap<number, DraftEvent>;
  readonly reading: boolean;
  readonly problem: Error | null;
}

export class EventPages {
  readonly #read: ReadEvents;
  readonly #listeners = new Set<() => void>();
  readonly #flights = new Map<number, AbortController>();
  readonly #wanted = new Set<number>();
  #known: KnownEvents = { byVersion: new Map(), reading: false, problem: null };

  constructor(read: ReadEvents) {
    this.#read = read;
  }

  readonly getKnown = (): KnownEvents => this.#known;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Has the page that holds a version read, unless the version is known. */
  want(version: number): void {
    if (version < 1 || this.#known.byVersion.has(version)) return;
    const page = Math.ceil(version / PAGE);
    if (this.#flights.has(page)) return;
    this.#wanted.add(page);
    this.#fly(page);
  }

  /** Takes in what happened just now. */
  add(events: readonly DraftEvent[]): void {
    if (events.every((event) => this.#known.byVersion.has(event.version))) return;
    const byVersion = new Map(this.#known.byVersion);
    for (const event of events) byVersion.set(event.version, event);
    this.#set({ ...this.#known, byVersion });
  }

  /** Reads again what could not be read. */
  readonly retry = (): void => {
    this.#set({ ...this.#known, problem: null });
    for (const page of this.#wanted) this.#fly(page);
  };

  /** Ends all reading; `retry` takes it up again. */
  stop(): void {
    for (const controller of this.#flights.values()) controller.abort();
    this.#flights.clear();
  }

  #fly(page: number): void {
    const controller = new AbortController();
    this.#flights.set(page, controller);
    this.#set({ ...this.#known, reading: true });
    this.#read((page - 1) * PAGE, PAGE, controller.signal).then(
      (events) => {
        if (!this.#land(page, controller)) return;
        this.#wanted.delete(page);
        this.add(events);
        this.#set({ ...this.#known, reading: this.#flights.size > 0, problem: null });
      },
      (reason: unknown) => {
        if (!this.#land(page, controller)) return;
        const problem = reason instanceof Error ? reason : new Error(String(reason));
        this.#set({ ...this.#known, reading: this.#flights.size > 0, problem });
      },
    );
  }

  #land(page: number, controller: AbortController): boolean {
    return this.#flights.get(page) === controller && this.#flights.delete(page);
  }

  #set(known: KnownEvents): void {
    this.#known = known;
    for (const listener of this.#listeners) listener();
  }
}
