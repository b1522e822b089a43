/** One draft, live. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { LiveDraft } from "../live/live.ts";
import type { DraftActions, DraftState } from "../live/state.ts";
import type { OneRing } from "../rest.ts";
import { useOneRing } from "./provider.ts";

/** A draft with what can be done with it. `typing` tells that I write; who else does is for `usePresence`. */
export type UsedDraft = Omit<DraftState, "typing"> & DraftActions;

/**
 * A draft as it happens. All that use the same id share one, which stops with the last of them. A tab that nobody looks
 * at keeps following, so that it can call when it is one's turn; if the browser froze it, it goes on where it was.
 */
export function useDraft(draftId: string): UsedDraft {
  const live = useLive(draftId);
  const state = useSyncExternalStore(live.subscribe, live.getState, live.getState);
  return useMemo(() => {
    const { send, dismiss, typing, retry, onEvent } = live;
    return { ...state, send, dismiss, typing, retry, onEvent };
  }, [state, live]);
}

/** The draft that all who use the same id share. */
export function useLive(draftId: string): LiveDraft {
  const client = useOneRing();
  const shared = useMemo(() => sharedDraft(client, draftId), [client, draftId]);
  useEffect(() => shared.use(), [shared]);
  return shared.live;
}

type Drafts = Map<string, Shared>;

/** A live draft with as many users as it has, who find it among `drafts`. */
class Shared {
  readonly live: LiveDraft;
  readonly #drafts: Drafts;
  #users = 0;

  constructor(live: LiveDraft, drafts: Drafts) {
    this.live = live;
    this.#drafts = drafts;
    drafts.set(live.draftId, this);
  }

  use(): () => void {
    if (this.#users++ === 0) this.live.start();
    this.#drafts.set(this.live.draftId, this);
    return () => {
      this.#users--;
      // Strict mode, and a page that replaces another, leave and come back at once: that is no reason to hang up.
      setTimeout(() => void this.#leave(), 0);
    };
  }

  async #leave(): Promise<void> {
    if (this.#users > 0) return;
    this.live.stop();
    // Whoever comes back while something of theirs is on its way finds it so, and does not send it again.
    await this.live.drained();
    if (this.#users === 0 && this.#drafts.get(this.live.draftId) === this) this.#drafts.delete(this.live.draftId);
  }
}

const SHARED = new WeakMap<OneRing, Drafts>();

function sharedDraft(client: OneRing, draftId: string): Shared {
  const drafts = SHARED.get(client) ?? new Map<string, Shared>();
  SHARED.set(client, drafts);
  return drafts.get(draftId) ?? new Shared(new LiveDraft({ client, draftId }), drafts);
}
