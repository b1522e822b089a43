/** Taking a draft elsewhere: its link, what is shown of it there, and the text as a file. */

import type { Draft } from "@onering/client";
import { LinkField } from "../people/LinkField.tsx";
import { ShareCard } from "../people/ShareCard.tsx";
import { text } from "../strings.ts";
import { Dialog } from "../ui/Dialog.tsx";
import styles from "./Dialogs.module.css";
import { Download } from "./Download.tsx";

export interface ShareDialogProps {
  draft: Draft;
  /** Whether this person may take the text as a file. */
  download: boolean;
  onClose: () => void;
}

export default function ShareDialog({ draft, download, onClose }: ShareDialogProps) {
  const words = text.draft.share;
  const link = new URL(`/drafts/${draft.draft_id}`, location.href).href;
  return (
    <Dialog open title={words.title} onClose={onClose}>
      <LinkField label={words.link} hint={words.who[draft.visibility]} url={link} about={`“${draft.title}”`} />
      <ShareCard draftId={draft.draft_id} title={draft.title} />
      {download ? <Download draftId={draft.draft_id} /> : <p className={styles.quiet}>{words.membersOnly}</p>}
    </Dialog>
  );
}
