/** Changing and withdrawing what one wrote. */

import type { DraftActions, Segment } from "@onering/client";
import { useEffect, useMemo, useRef, useState } from "react";
import { text } from "../strings.ts";
import { toast } from "../ui/toast.ts";
import type { Amendments, Change } from "./Amending.tsx";
import { reasonOf } from "./reasons.ts";
import { useLatest } from "./useLatest.ts";

export interface Amending {
  /** What can be done; it stays the same object. */
  readonly amendments: Amendments;
  /** What is being changed: the first now, and the others once that is done. */
  readonly changes: readonly Change[];
  /** The segment that the person was asked whether to withdraw. */
  readonly withdrawing: Segment | null;
  readonly leave: () => void;
}

/**
 * The changes that somebody makes to a draft. A refused one opens again with what they wrote and the reason; what is
 * refused after they left is given to `giveBack`.
 */
export function useAmendments(
  draftId: string,
  send: DraftActions["send"],
  limit: number,
  names: Readonly<Record<string, string>>,
  giveBack: (content: string) => void,
): Amending {
  const [changes, setChanges] = useState<readonly Change[]>([]);
  const [withdrawing, setWithdrawing] = useState<Segment | null>(null);
  const latest = useLatest({ names, giveBack });
  const isHere = useIsHere();

  const amendments = useMemo<Amendments>(() => {
    const refused = (at: string, content: string, reason: unknown) => {
      const why = reasonOf(reason, latest.current.names);
      if (isHere.current) return setChanges((before) => [...without(before, at), { at, content, why }]);
      latest.current.giveBack(content);
      toast({ kind: "bad", title: text.draft.head.failed, body: why });
    };
    return {
      limit,
      begin: (at) =>
        setChanges((before) => [of(before, at) ?? { at, content: null, why: null }, ...without(before, at)]),
      cancel: (at) => setChanges((before) => without(before, at)),
      pause: (at, content) => setChanges((before) => paused(before, at, content)),
      save: (at, content) => {
        setChanges((before) => without(before, at));
        const command = { type: "amend-segment", draft_id: draftId, segment_id: at, content } as const;
        send(command).catch((reason: unknown) => refused(at, content, reason));
      },
      askToWithdraw: setWithdrawing,
    };
  }, [draftId, send, limit, latest, isHere]);

  return { amendments, changes, withdrawing, leave: () => setWithdrawing(null) };
}

const of = (changes: readonly Change[], at: string) => changes.find((change) => change.at === at);

const without = (changes: readonly Change[], at: string) => changes.filter((change) => change.at !== at);

/** One that is left for another is forgotten if nothing was typed in it. */
function paused(changes: readonly Change[], at: string, content: string | null): readonly Change[] {
  const known = of(changes, at);
  if (known === undefined) return changes;
  if (content === null && changes[0] !== known) return without(changes, at);
  if (known.content === content) return changes;
  return changes.map((change) => (change === known ? { ...change, content } : change));
}

/** Whether the component is still there. */
function useIsHere() {
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return isHere;
}
