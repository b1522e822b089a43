/** All that the views of a draft's history share: how far it goes, what happened in it, and what people are called. */
import type { Draft, DraftEvent } from "@onering/client";
import { useDraft, useOneRing } from "@onering/client/react";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { called } from "../draft/names.ts";
import { EventPages, type KnownEvents } from "./eventPages.ts";
import type { NameOf } from "./sentences.ts";

export interface History {
  readonly draftId: string;
  /** The draft as it is now; null until that is known. */
  readonly draft: Draft | null;
  /** Its newest version; 0 until that is known. */
  readonly head: number;
  readonly events: KnownEvents;
  /** Has what happened around a version read. */
  readonly wantEvent: (version: number) => void;
  readonly retryEvents: () => void;
  readonly nameOf: NameOf;
  /** Whether the reader writes or reads this draft as one of its people. */
  readonly member: boolean;
  /** Why it can't be followed any more. */
  readonly end: { readonly code: number; readonly reason: string } | null;
}

export function useHistory(draftId: string): History {
  const client = useOneRing();
  const { draft, version: head, names, end, onEvent } = useDraft(draftId);
  const pages = useMemo(
    () =>
      new EventPages(async (after, limit, signal) => {
        const path = { draft_id: draftId };
        const query = { after: `${after}`, limit };
        return (await client.get("/v1/collab/drafts/{draft_id}/events", { path, query, signal })).data;
      }),
    [client, draftId],
  );
  useEffect(() => {
    const ended = onEvent((event: DraftEvent) => pages.add([event]));
    return () => {
      ended();
      pages.stop();
    };
  }, [pages, onEvent]);
  const events = useSyncExternalStore(pages.subscribe, pages.getKnown);
  const wantEvent = useCallback((version: number) => pages.want(version), [pages]);
  const nameOf = useCallback((userId: string) => called(names, userId, userId), [names]);
  const member = draft?.members.some((each) => each.user_id === client.userId) ?? false;
  return { draftId, draft, head, events, wantEvent, retryEvents: pages.retry, nameOf, member, end };
}
