/** The pages of a list of drafts, and what they become when they are read again. */

import type { DraftList, DraftsQuery, ListedDraft } from "../model.ts";
import { isFault, type Refused, type Unreachable } from "../refusals.ts";
import type { OneRing } from "../rest.ts";

/** What is known of a list. */
export interface ShelfState {
  readonly drafts: readonly ListedDraft[];
  readonly loading: boolean;
  /** Why the newest attempt brought nothing; what was there before stays. */
  readonly error: Refused | Unreachable | null;
  /** Whether there is another page. */
  readonly more: boolean;
}

/** Reads one list. The newest attempt counts alone: one that it overtakes is aborted. */
export class Shelf {
  readonly #client: OneRing;
  readonly #query: DraftsQuery;
  readonly #listeners = new Set<() => void>();
  #state: ShelfState = { drafts: [], loading: true, error: null, more: false };
  #pages: readonly DraftList[] = [];
  #wanted = 1;
  #attempt: AbortController | null = null;

  constructor(client: OneRing, query: DraftsQuery) {
    this.#client = client;
    this.#query = query;
  }

  readonly getState = (): ShelfState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads again what is shown. */
  readonly refresh = (): void => {
    void this.#read([]);
  };

  /** The same, unless it is being read. */
  readonly refreshUnlessReading = (): void => {
    if (this.#attempt === null) this.refresh();
  };

  /** Reads another page, too. */
  readonly more = (): void => {
    if (!this.#state.more) return;
    this.#wanted = this.#pages.length + 1;
    // A reading that this one overtakes was of pages that may have changed.
    void this.#read(this.#attempt === null ? this.#pages : []);
  };

  /** Ends what is under way. */
  readonly stop = (): void => {
    this.#attempt?.abort();
    this.#attempt = null;
  };

  async #read(known: readonly DraftList[]): Promise<void> {
    this.#attempt?.abort();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#show({ loading: true });
    try {
      const pages = await this.#following(known, attempt.signal);
      if (this.#attempt === attempt) this.#settle(pages, null);
    } catch (fault) {
      if (this.#attempt === attempt) this.#settle(this.#pages, isFault(fault));
    }
  }

  async #following(known: readonly DraftList[], signal: AbortSignal): Promise<readonly DraftList[]> {
    const pages = [...known];
    while (pages.length < this.#wanted) {
      const cursor = pages.at(-1)?.next_cursor;
      if (cursor === null) break;
      pages.push(await this.#client.drafts({ ...this.#query, ...(cursor === undefined ? {} : { cursor }) }, signal));
    }
    return pages;
  }

  #settle(pages: readonly DraftList[], error: ShelfState["error"]): void {
    this.#attempt = null;
    this.#pages = pages;
    this.#wanted = Math.max(pages.length, 1);
    const more = pages.length > 0 && pages.at(-1)?.next_cursor !== null;
    this.#show({ drafts: distinct(pages), loading: false, error, more });
  }

  #show(change: Partial<ShelfState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A draft that moves while pages are read may be on two of them. */
function distinct(pages: readonly DraftList[]): readonly ListedDraft[] {
  const drafts = new Map<string, ListedDraft>();
  for (const draft of pages.flatMap(({ data }) => data)) {
    if (!drafts.has(draft.draft_id)) drafts.set(draft.draft_id, draft);
  }
  return [...drafts.values()];
}
