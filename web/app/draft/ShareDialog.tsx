/** Taking a draft elsewhere: its link, what is shown of it there, and the text as a file. */

import type { Draft } from "@onering/client";
import { useState } from "react";
import { copied } from "../people/copying.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./Dialogs.module.css";
import { Download } from "./Download.tsx";

export interface ShareDialogProps {
  draft: Draft;
  /** Whether this person may take the text as a file. */
  download: boolean;
  onClose: () => void;
}

export default function ShareDialog({ draft, download, onClose }: ShareDialogProps) {
  const [worked, setWorked] = useState<boolean | null>(null);
  const words = text.draft.share;
  const link = new URL(`/drafts/${draft.draft_id}`, location.href).href;
  return (
    <Dialog open title={words.title} onClose={onClose}>
      <div className={styles.link}>
        <Field label={words.link} hint={words.who[draft.visibility]}>
          {(control) => <input {...control} readOnly value={link} onFocus={(event) => event.target.select()} />}
        </Field>
        <Button kind="primary" onClick={async () => setWorked(await copied(link))}>
          {words.copy}
        </Button>
        <p role="status">{worked !== null && (worked ? words.copied : text.draft.unsent.notCopied)}</p>
      </div>
      {draft.visibility === "public" && (
        <figure className={styles.card}>
          <img
            src={`/v1/collab/drafts/${draft.draft_id}/share-card.svg`}
            alt={words.cardOf(draft.title)}
            width={1200}
            height={630}
          />
          <figcaption>{words.card}</figcaption>
        </figure>
      )}
      {download ? <Download draftId={draft.draft_id} /> : <p className={styles.quiet}>{words.membersOnly}</p>}
    </Dialog>
  );
}
