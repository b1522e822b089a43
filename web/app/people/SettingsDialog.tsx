import { useDraft } from "@onering/client/react";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { DraftLife } from "./DraftLife.tsx";
import styles from "./people.module.css";
import { SettingsForm } from "./SettingsForm.tsx";

export interface SettingsDialogProps {
  draftId: string;
  open: boolean;
  onClose: () => void;
}

/** What a draft is called, who may read it and how it is run, and the steps of its life; for its owner. */
export default function SettingsDialog({ draftId, open, onClose }: SettingsDialogProps) {
  const { draft } = useDraft(draftId);
  const { userId } = useSession();
  const owns = draft?.members.some((member) => member.user_id === userId && member.role === "owner") ?? false;
  const closed = draft?.status === "completed" || draft?.status === "archived";
  return (
    <Dialog open={open} title={text.settings.title} onClose={onClose}>
      {draft !== null && owns && (
        <>
          {closed ? (
            <p className={styles.soft}>{text.settings.closed}</p>
          ) : (
            <SettingsForm draft={draft} onDone={onClose} />
          )}
          <DraftLife draft={draft} />
        </>
      )}
      {draft !== null && !owns && <p>{text.settings.notOwner}</p>}
    </Dialog>
  );
}
