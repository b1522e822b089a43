/** The live draft, played by the test. It stands for `useDraft` alone, and so imports nothing of what it is part of. */
import type { Draft, DraftEvent, DraftState } from "@onering/client";
import { act } from "@testing-library/react";
import { useSyncExternalStore } from "react";
import { draftAfter, NAMES, STORY } from "./story.ts";

const OPEN: Omit<DraftState, "draft" | "version"> = {
  epoch: "0123456789ab",
  standing: "live",
  written: [],
  older: "none",
  sending: 0,
  refused: [],
  presence: { people: [], count: 0, anonymous: 0, complete: true },
  typing: null,
  end: null,
  names: NAMES,
};

/** A live draft that moves when the test says so. */
export class PlayedFeed {
  state: DraftState;
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<(event: DraftEvent, draft: Draft) => void>();
  #events: readonly DraftEvent[];

  constructor(events: readonly DraftEvent[]) {
    this.#events = events;
    this.state = { ...OPEN, draft: draftAfter(events), version: events.length };
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly onEvent = (follower: (event: DraftEvent, draft: Draft) => void) => {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  };

  /** Something happens, to everybody who looks. */
  happen(happened: DraftEvent): void {
    this.#events = [...this.#events, happened];
    const draft = draftAfter(this.#events);
    this.become({ draft, version: this.#events.length });
    act(() => {
      for (const follower of this.#followers) follower(happened, draft);
    });
  }

  become(changes: Partial<DraftState>): void {
    this.state = { ...this.state, ...changes };
    act(() => {
      for (const listener of this.#listeners) listener();
    });
  }
}

let feed = new PlayedFeed(STORY);

/** The feed of a draft to which this has happened, from now on what `useDraft` follows. */
export function follow(events: readonly DraftEvent[]): PlayedFeed {
  feed = new PlayedFeed(events);
  return feed;
}

/** What stands for the live draft of `@onering/client/react`; the rest of it is real. */
export function useDraft() {
  const state = useSyncExternalStore(feed.subscribe, () => feed.state);
  return { ...state, onEvent: feed.onEvent };
}
