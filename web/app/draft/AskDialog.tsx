/** Asks the owner before everybody has to stop writing. */

import type { DraftActions, DraftState } from "@onering/client";
import { useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { toast } from "../ui/toast.ts";
import styles from "./Dialogs.module.css";
import { reasonOf } from "./reasons.ts";

export interface AskDialogProps {
  what: "complete" | "archive";
  draftId: string;
  names: DraftState["names"];
  send: DraftActions["send"];
  onClose: () => void;
}

export default function AskDialog({ what, draftId, names, send, onClose }: AskDialogProps) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const type = what === "complete" ? "complete-draft" : "archive-draft";

  async function go() {
    setBusy(true);
    setFailed(null);
    try {
      await send({ type, draft_id: draftId });
      toast({ kind: "good", title: text.draft.head.done[type] });
      onClose();
    } catch (error) {
      setFailed(reasonOf(error, names));
      setBusy(false);
    }
  }

  return (
    <Dialog open title={text.draft.ask[what]} onClose={onClose}>
      <p>{text.draft.ask[`${what}Why`]}</p>
      <p role="alert" className={styles.failed}>
        {failed}
      </p>
      <p className={styles.choices}>
        <Button onClick={onClose}>{text.draft.ask.no}</Button>
        <Button kind={what === "archive" ? "danger" : "primary"} busy={busy} onClick={go}>
          {text.draft.ask.yes[what]}
        </Button>
      </p>
    </Dialog>
  );
}
