import { useState } from "react";
import { part } from "../parts.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import type { Event } from "./useVerified.ts";
import styles from "./VerifyButton.module.css";

const Verification = part(() => import("./Verification.tsx"), { waiting: <Spinner label={text.proofs.checking} /> });

/** Checks in the browser that an event is what was signed, and says so; where nobody signs, there is nothing to check. */
export function VerifyButton(event: Event) {
  const { config, userId, askToSignIn } = useSession();
  const [open, setOpen] = useState(false);
  if (config.proofs === null) return null;

  const verify = () => (userId === null ? askToSignIn(text.proofs.signInWhy) : setOpen(true));
  return (
    <>
      <Button kind="quiet" className={styles.verify} title={text.proofs.hint} onClick={verify}>
        {text.proofs.verify}
      </Button>
      <Dialog open={open} title={text.proofs.title} onClose={() => setOpen(false)}>
        <Verification {...event} />
      </Dialog>
    </>
  );
}
