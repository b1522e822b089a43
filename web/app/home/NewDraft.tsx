import { useState } from "react";
import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button, type ButtonKind } from "../ui/Button.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import styles from "./NewDraft.module.css";

const NewDraftDialog = part(() => import("./NewDraftDialog.tsx"), { missing: NotLoadedDialog });

/** Starts a draft; without an account it says that one is needed. */
export function NewDraft({ kind }: { kind: ButtonKind }) {
  const { userId, askToSignIn } = useSession();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={kind} onClick={() => (userId === null ? askToSignIn(text.home.newDraftWhy) : setOpen(true))}>
        <span className={styles.sign}>
          <PlusIcon />
        </span>
        {text.home.newDraft}
      </Button>
      {open && <NewDraftDialog onClose={() => setOpen(false)} />}
    </>
  );
}
