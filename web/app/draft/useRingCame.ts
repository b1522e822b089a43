/** Tells the person that the ring came to them while they look at the draft. */

import type { Draft, DraftActions } from "@onering/client";
import { useEffect, useRef } from "react";
import { ringCame } from "../session/turns.ts";

/** Not if they took it themselves, and once it has gone on, not any more. */
export function useRingCame(draft: Draft, me: string | null, onEvent: DraftActions["onEvent"]): void {
  const { draft_id, title, ring_state } = draft;
  const { current_holder_id: holder, passed_at } = ring_state;
  // When the ring was passed to this person by somebody else last.
  const given = useRef<string | null>(null);

  useEffect(
    () =>
      onEvent((event, after) => {
        if (event.type !== "ring_passed" || event.data?.to_user_id !== me || event.actor.id === me) return;
        given.current = after.ring_state.passed_at;
      }),
    [onEvent, me],
  );

  useEffect(() => {
    if (holder === me && passed_at === given.current) ringCame({ draftId: draft_id, title, passedAt: passed_at });
  }, [draft_id, title, holder, passed_at, me]);
}
