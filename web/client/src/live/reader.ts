/** Reads by REST what the feed does not tell: older segments, page by page, and whatever an event left open. */

import type { Clock } from "../clock.ts";
import type { Draft, DraftQuery } from "../model.ts";
import { backOff, chosen } from "./backOff.ts";
import type { Bookmark, Copy } from "./copy.ts";
import { isWorthWaiting } from "./outbox.ts";

/** What a reader is made of. */
export interface ReaderOptions {
  readonly read: (query: DraftQuery, signal: AbortSignal) => Promise<Draft>;
  readonly copy: Copy;
  readonly clock: Clock;
  readonly random: () => number;
  /** The copy is other than it was, or `failed` is. */
  readonly changed: () => void;
}

/** How many segments a page has. */
export const PAGE = 500;

/** After all segments that there can be: an answer has none of them. */
const NO_SEGMENTS: DraftQuery = { segments_after: 2 ** 31 - 1, limit: 1 };

/** Completes a copy, one request at a time, in the background. */
export class Reader {
  readonly #options: ReaderOptions;
  #running = false;
  #failed = false;
  #open = true;
  #abort = new AbortController();
  #wake: (() => void) | null = null;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** What is missing won't come: it was refused. `retry` asks again. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Reads what is missing, if something is. */
  look(): void {
    if (this.#open && !this.#failed) void this.#run();
  }

  /** Somebody may be reached again. */
  hurry(): void {
    this.#wake?.();
  }

  /** Asks for what was refused as well. */
  retry(): void {
    this.#failed = false;
    this.hurry();
    this.look();
  }

  /** What is being read is of no use any more. */
  restart(): void {
    this.#failed = false;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.hurry();
    this.look();
  }

  close(): void {
    this.#open = false;
    this.#abort.abort();
    this.hurry();
  }

  open(): void {
    this.#open = true;
    this.#abort = new AbortController();
    this.look();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let failures = 0; this.#isWanted(); ) {
      const { signal } = this.#abort;
      try {
        failures = (await this.#step(signal)) ? 0 : failures + 1;
        if (failures > 0) await this.#wait(failures);
      } catch (fault) {
        if (signal.aborted) continue;
        if (isWorthWaiting(fault)) await this.#wait(++failures);
        else this.#failed = true;
      }
      this.#options.changed();
    }
    this.#running = false;
  }

  #isWanted(): boolean {
    const { fold, floor } = this.#options.copy;
    return this.#open && !this.#failed && fold !== null && (floor > 0 || fold.lacking !== "nothing");
  }

  /** Reads one thing that is missing; false if it was of no use, because the copy has gone on without it. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { copy } = this.#options;
    const bookmark = copy.bookmark();
    if (bookmark === null || copy.fold === null) return true;
    try {
      const { lacking } = copy.fold;
      if (lacking !== "nothing") {
        const read = await this.#read(lacking === "head" ? NO_SEGMENTS : {}, bookmark, signal);
        return copy.correct(read, bookmark, lacking);
      }
      const from = Math.max(0, copy.floor - PAGE);
      const query = from === 0 ? { limit: PAGE } : { segments_after: from - 1, limit: PAGE };
      return copy.prepend(await this.#read(query, bookmark, signal), bookmark, from);
    } finally {
      copy.close(bookmark);
    }
  }

  /** An answer, once the copy has come to its version. */
  async #read(query: DraftQuery, bookmark: Bookmark, signal: AbortSignal): Promise<Draft> {
    const read = await this.#options.read(query, signal);
    const dropped = () => bookmark.look(true);
    signal.addEventListener("abort", dropped, { once: true });
    await bookmark.reached(read.version);
    signal.removeEventListener("abort", dropped);
    signal.throwIfAborted();
    return read;
  }

  #wait(failures: number): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        this.#wake = null;
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(chosen(backOff(failures), this.#options.random), over);
      this.#wake = over;
    });
  }
}
