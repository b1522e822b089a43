/** The end of the text: where the holder writes, and where everybody else sees why they don't. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { memo, useState } from "react";
import { text } from "../strings.ts";
import { Composer } from "./Composer.tsx";
import { Kept } from "./Kept.tsx";
import { PassDialog } from "./passing.ts";
import { reasonOf } from "./reasons.ts";
import type { Rights } from "./rules.ts";
import { useUnsent } from "./useUnsent.ts";
import { Waiting } from "./Waiting.tsx";

export interface DeskProps {
  draft: Draft;
  rights: Rights;
  userId: string;
  names: DraftState["names"];
  /** The most code points of a segment. */
  limit: number;
  offline: boolean;
  written: DraftState["written"];
  send: DraftActions["send"];
  onTyping: DraftActions["typing"];
}

export const Desk = memo(function Desk(props: DeskProps) {
  const { draft, rights, userId, names, limit, offline, written, send, onTyping } = props;
  const draftId = draft.draft_id;
  const unsent = useUnsent(userId, draftId, written);
  const [refused, setRefused] = useState<string | null>(null);
  const [passing, setPassing] = useState(false);

  function type(value: string) {
    setRefused(null);
    unsent.type(value);
  }

  /** Resolves to whether it was accepted. */
  function write(): Promise<boolean> {
    setRefused(null);
    return unsent.hand((content) =>
      send({ type: "add-segment", draft_id: draftId, content }).then(
        () => true,
        (reason: unknown) => {
          setRefused(reasonOf(reason, names));
          return false;
        },
      ),
    );
  }

  const others = draft.members.some((member) => member.role !== "viewer" && member.user_id !== userId);
  if (!rights.write) {
    const reads = rights.role === null || rights.role === "viewer";
    const about = reads ? text.draft.unsent.keptFromReader : text.draft.unsent.kept;
    return (
      <>
        <Waiting draft={draft} rights={rights} names={names} />
        <Kept value={unsent.text} about={about} refused={refused} discard={() => type("")} />
      </>
    );
  }
  return (
    <>
      <Composer
        value={unsent.text}
        limit={limit}
        offline={offline}
        refused={refused}
        onType={type}
        onTyping={onTyping}
        onSend={() => void write()}
        onSendAndPass={others ? () => setPassing(true) : null}
      />
      {passing && (
        <PassDialog draft={draft} names={names} send={send} first={write} onClose={() => setPassing(false)} />
      )}
    </>
  );
});
