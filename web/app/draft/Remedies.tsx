/** What can be done when somebody else holds the ring: remind them, and after a while take it. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { toast } from "../ui/toast.ts";
import { nameOf } from "./people.ts";
import { reasonOf } from "./reasons.ts";
import type { Rights } from "./rules.ts";
import { useNow } from "./useNow.ts";

export interface RemediesProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
  send: DraftActions["send"];
}

export function Remedies({ draft, rights, names, send }: RemediesProps) {
  const [busy, setBusy] = useState(false);
  const now = useNow();
  const { draft_id, ring_state } = draft;

  async function attempt(type: "nudge-holder" | "reclaim-ring", done: string) {
    if (busy) return;
    setBusy(true);
    try {
      await send({ type, draft_id });
      toast({ kind: "good", title: done });
    } catch (error) {
      toast({ kind: "bad", title: text.draft.ring.failed, body: reasonOf(error, names) });
    } finally {
      setBusy(false);
    }
  }

  const from = rights.reclaimFrom;
  return (
    <>
      {from !== null && now >= from.getTime() && (
        <Button busy={busy} onClick={() => attempt("reclaim-ring", text.draft.ring.reclaimed)}>
          {text.draft.ring.reclaim}
        </Button>
      )}
      {rights.nudge && (
        <Button
          kind="quiet"
          busy={busy}
          onClick={() =>
            attempt("nudge-holder", text.draft.ring.nudged(nameOf(draft, names, ring_state.current_holder_id)))
          }
        >
          {text.draft.ring.nudge}
        </Button>
      )}
    </>
  );
}
