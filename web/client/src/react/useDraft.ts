/** One draft, live. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { LiveDraft } from "../live/live.ts";
import type { DraftActions, DraftState } from "../live/state.ts";
import type { OneRing } from "../rest.ts";
import { useOneRing } from "./provider.ts";

const drafts = new WeakMap<OneRing, Map<string, Shared>>();

interface Shared {
  readonly live: LiveDraft;
  users: number;
}

/** The draft that all who use the same id share, from the first of them to the last. */
export function useLive(draftId: string): LiveDraft {
  const client = useOneRing();
  const shared = useMemo(() => sharedDraft(client, draftId), [client, draftId]);
  useEffect(() => use(shared), [shared]);
  return shared.live;
}

/** A draft with what can be done with it. `typing` tells that I write; who else does is for `usePresence`. */
export type UsedDraft = Omit<DraftState, "typing"> & DraftActions;

/** A draft as it happens; all that use the same id share one, which stops with the last of them. */
export function useDraft(draftId: string): UsedDraft {
  const live = useLive(draftId);
  const state = useSyncExternalStore(live.subscribe, live.getState, live.getState);
  return useMemo(() => {
    const { send, dismiss, typing, retry, onEvent } = live;
    return { ...state, send, dismiss, typing, retry, onEvent };
  }, [state, live]);
}

function sharedDraft(client: OneRing, draftId: string): Shared {
  const ofClient = drafts.get(client) ?? new Map<string, Shared>();
  drafts.set(client, ofClient);
  const shared = ofClient.get(draftId) ?? { live: new LiveDraft({ client, draftId }), users: 0 };
  ofClient.set(draftId, shared);
  return shared;
}

function use(shared: Shared): () => void {
  if (shared.users++ === 0) shared.live.start();
  return () => {
    if (--shared.users === 0) shared.live.stop();
  };
}
