import { useDraft, useGet } from "@onering/client/react";
import { text } from "../strings.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { LinkField } from "./LinkField.tsx";
import styles from "./people.module.css";

export interface ShareDialogProps {
  draftId: string;
  open: boolean;
  onClose: () => void;
}

/** A draft as others are shown it: its card to look at and to take along, and its link. */
export default function ShareDialog({ draftId, open, onClose }: ShareDialogProps) {
  const { draft } = useDraft(draftId);
  return (
    <Dialog open={open} title={text.share.title} onClose={onClose}>
      {draft !== null && (
        <>
          <Card draftId={draftId} title={draft.title} />
          <LinkField
            label={text.share.link}
            url={new URL(`/drafts/${draftId}`, location.href).href}
            about={`“${draft.title}”`}
          />
          <p className={styles.soft}>{text.share.notes[draft.visibility]}</p>
        </>
      )}
    </Dialog>
  );
}

/** The picture. It is read as a text and shown as data: an image of its own would ask for it without who is asking. */
function Card({ draftId, title }: { draftId: string; title: string }) {
  const { data, error, refresh } = useGet("/v1/collab/drafts/{draft_id}/share-card.svg", {
    path: { draft_id: draftId },
  });
  if (data === null) return error === null ? <Spinner /> : <Problem error={error} retry={refresh} />;
  const picture = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(data)}`;
  return (
    <figure className={styles.card}>
      <img src={picture} alt={text.share.alternative(title)} width={1200} height={630} />
      <a href={picture} download={text.share.file(title)}>
        {text.share.download}
      </a>
    </figure>
  );
}
