/** Asks before a segment is taken out of the text. */

import type { DraftActions, DraftState, Segment } from "@onering/client";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { toast } from "../ui/toast.ts";
import styles from "./Dialogs.module.css";
import { reasonOf } from "./reasons.ts";

export interface WithdrawDialogProps {
  segment: Segment;
  names: DraftState["names"];
  send: DraftActions["send"];
  onClose: () => void;
}

export default function WithdrawDialog({ segment, names, send, onClose }: WithdrawDialogProps) {
  function go() {
    const { draft_id, segment_id } = segment;
    send({ type: "withdraw-segment", draft_id, segment_id }).catch((reason: unknown) =>
      toast({ kind: "bad", title: text.draft.head.failed, body: reasonOf(reason, names) }),
    );
    onClose();
  }

  return (
    <Dialog open title={text.draft.text.withdrawAsk} onClose={onClose}>
      <blockquote className={styles.quote} dir="auto">
        {segment.content}
      </blockquote>
      <p>{text.draft.text.withdrawWhy}</p>
      <p className={styles.choices}>
        <Button onClick={onClose}>{text.draft.text.cancel}</Button>
        <Button kind="danger" onClick={go}>
          {text.draft.text.withdrawYes}
        </Button>
      </p>
    </Dialog>
  );
}
