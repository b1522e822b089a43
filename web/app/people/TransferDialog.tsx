import type { Draft } from "@onering/client";
import { useState } from "react";
import { text } from "../strings.ts";
import { toast } from "../ui/toast.ts";
import { Confirm } from "./Confirm.tsx";
import { PersonPicker } from "./PersonPicker.tsx";

export interface TransferDialogProps {
  draft: Draft;
  me: string;
  /** Whom it goes to, as far as that is said; empty: nobody yet. */
  to: string;
  onClose: () => void;
}

/** Hands a draft over to another of its people: the one thing here that its owner can't undo. */
export function TransferDialog({ draft, me, to, onClose }: TransferDialogProps) {
  const words = text.people.transfer;
  const others = draft.members.filter((member) => member.user_id !== me);
  const [chosen, choose] = useState(to);
  const owner = others.find((member) => member.user_id === chosen);
  const done = () => {
    toast({ title: words.done(owner?.display ?? ""), kind: "good" });
    onClose();
  };
  const command = { type: "transfer-ownership", draft_id: draft.draft_id, to_user_id: chosen } as const;
  return (
    <Confirm
      title={words.title}
      confirm={words.confirm}
      danger
      command={owner === undefined ? null : command}
      onDone={done}
      onClose={onClose}
    >
      <p>{words.what}</p>
      {others.length === 0 ? (
        <p>{words.alone}</p>
      ) : (
        <PersonPicker label={words.to} members={others} value={chosen} onChange={choose} />
      )}
    </Confirm>
  );
}
