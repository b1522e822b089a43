/** Tells the person that the ring came to them, and that others wait for them, while they look at the draft. */

import type { Draft, DraftActions } from "@onering/client";
import { useEffect, useRef } from "react";
import { reminded, ringCame } from "../session/turns.ts";

/** Not if they took it themselves, and not of a turn that was theirs when the page was opened. */
export function useRingCame(draft: Draft, me: string | null, onEvent: DraftActions["onEvent"]): void {
  const { draft_id, title, ring_state } = draft;
  const { current_holder_id: holder, passed_at } = ring_state;
  // When the turns that were noticed, and that this person took, began.
  const noticed = useRef(passed_at);
  const taken = useRef<string | null>(null);

  useEffect(
    () =>
      onEvent((event, after) => {
        if (event.type === "ring_passed" && event.actor.id === me) taken.current = after.ring_state.passed_at;
      }),
    [onEvent, me],
  );

  useEffect(
    () =>
      onEvent(({ type, actor, data }, { draft_id: draftId, title: called, members }) => {
        if (type !== "holder_nudged" || data?.holder_id !== me || actor.id === me) return;
        reminded({ draftId, title: called }, members.find(({ user_id }) => user_id === actor.id)?.display ?? actor.id);
      }),
    [onEvent, me],
  );

  // By the state and not by the event: after a long absence there is none of it.
  useEffect(() => {
    if (passed_at === noticed.current) return;
    noticed.current = passed_at;
    if (holder === me && passed_at !== taken.current) ringCame({ draftId: draft_id, title, passedAt: passed_at });
  }, [draft_id, title, holder, passed_at, me]);
}
