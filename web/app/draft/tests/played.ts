/** A draft whose feed and answers are played by the test, and the hooks that show it. */

import { type Command, type DraftEvent, type DraftState, OneRing, type Outcome } from "@onering/client";
import { act } from "@testing-library/react";
import { useMemo, useSyncExternalStore } from "react";
import { vi } from "vitest";
import { DRAFT, draft, NAMES } from "./drafts.ts";

const NOBODY: DraftState["presence"] = { people: [], count: 0, anonymous: 0, complete: true };
const OPEN: DraftState = {
  draft: draft(),
  version: 4,
  epoch: "epoch",
  standing: "live",
  written: [],
  older: "none",
  sending: 0,
  refused: [],
  presence: NOBODY,
  typing: null,
  end: null,
  names: NAMES,
};

/** A live draft whose answers the test gives. */
export class PlayedDraft {
  state: DraftState = OPEN;
  readonly sent: { command: Command; accept: () => void; refuse: (reason: Error) => void }[] = [];
  readonly #outcomes: Promise<unknown>[] = [];
  readonly typing = vi.fn();
  readonly retry = vi.fn();
  readonly dismiss = vi.fn();
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<Parameters<typeof this.onEvent>[0]>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly onEvent = (follower: (event: DraftEvent, after: NonNullable<DraftState["draft"]>) => void) => {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  };

  readonly send = (command: Command) => {
    const done = { draft_id: DRAFT, version: this.state.version + 1, position: "0.1", events: [], invite: null };
    const outcome = new Promise<Outcome>((accept, refuse) => {
      this.sent.push({ command, accept: () => accept(done), refuse });
    });
    this.#outcomes.push(outcome.catch(() => {}));
    return outcome;
  };

  /** The state becomes another one, and everybody is told. */
  become(changes: Partial<DraftState>): void {
    this.state = { ...this.state, ...changes };
    act(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** What was sent is accepted. */
  async end(): Promise<void> {
    for (const { accept } of this.sent) accept();
    await Promise.all(this.#outcomes);
  }

  /** Something happened. */
  happen(event: DraftEvent): void {
    act(() => {
      for (const follower of this.#followers) follower(event, this.state.draft ?? draft());
    });
  }
}

/** To the end: nothing is underway any more. */
export async function playOut(): Promise<void> {
  await playing.end();
}

let playing = new PlayedDraft();

/** From now on this is the draft, in a state. */
export function play(changes: Partial<DraftState>): PlayedDraft {
  playing = new PlayedDraft();
  playing.state = { ...OPEN, ...changes };
  return playing;
}

/** What stands for `@onering/client/react`: `vi.mock("@onering/client/react", async () => (await import(…)).hooks)`. */
export const hooks = {
  useDraft() {
    const state = useSyncExternalStore(playing.subscribe, () => playing.state);
    return useMemo(() => {
      const { send, dismiss, typing, retry, onEvent } = playing;
      return { ...state, send, dismiss, typing, retry, onEvent };
    }, [state]);
  },
  usePresence() {
    const { presence, typing } = useSyncExternalStore(playing.subscribe, () => playing.state);
    return { ...presence, typing };
  },
  useOneRing: () => new OneRing(),
};
