/** Changing and withdrawing what one wrote. */

import type { DraftActions, Segment } from "@onering/client";
import { useMemo, useState } from "react";
import type { Amendments, RefusedChange } from "./Amending.tsx";
import { reasonOf } from "./reasons.ts";
import { useLatest } from "./useLatest.ts";

export interface Amending {
  /** What can be done; it stays the same object. */
  readonly amendments: Amendments;
  /** The segment that is being changed. */
  readonly at: string | null;
  readonly refused: RefusedChange | null;
  /** The segment that the person was asked whether to withdraw. */
  readonly withdrawing: Segment | null;
  readonly leave: () => void;
}

interface Change {
  readonly at: string;
  readonly refused: RefusedChange | null;
}

/** The changes that somebody makes to a draft; a refused one opens again with what they wrote and the reason. */
export function useAmendments(
  draftId: string,
  send: DraftActions["send"],
  limit: number,
  names: Readonly<Record<string, string>>,
): Amending {
  const [change, setChange] = useState<Change | null>(null);
  const [withdrawing, setWithdrawing] = useState<Segment | null>(null);
  const called = useLatest(names);

  const amendments = useMemo<Amendments>(
    () => ({
      limit,
      begin: (at) => setChange({ at, refused: null }),
      cancel: () => setChange(null),
      save: (at, content) => {
        setChange(null);
        const command = { type: "amend-segment", draft_id: draftId, segment_id: at, content } as const;
        send(command).catch((reason: unknown) =>
          setChange({ at, refused: { content, why: reasonOf(reason, called.current) } }),
        );
      },
      askToWithdraw: setWithdrawing,
    }),
    [draftId, send, limit, called],
  );

  return {
    amendments,
    at: change?.at ?? null,
    refused: change?.refused ?? null,
    withdrawing,
    leave: () => setWithdrawing(null),
  };
}
