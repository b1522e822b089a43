import type { Command } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import type { ReactNode } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Problem } from "../ui/Problem.tsx";
import styles from "./people.module.css";
import { useWish } from "./wish.ts";

export interface ConfirmProps {
  title: string;
  /** What happens then. */
  children: ReactNode;
  /** What the button is called that does it. */
  confirm: string;
  danger?: boolean;
  /** What is done; null while it is not said completely. */
  command: Command | null;
  onDone: () => void;
  onClose: () => void;
}

/** Asks before something is done that others notice: what happens, and a way back. */
export function Confirm({ title, children, confirm, danger = false, command, onDone, onClose }: ConfirmProps) {
  const client = useOneRing();
  const { busy, error, ask } = useWish();
  const go = async () => {
    if (command === null) return;
    if ((await ask(command, (key) => client.send(command, { key }))) !== null) onDone();
  };
  return (
    <Dialog open title={title} onClose={onClose}>
      <div className={styles.what}>{children}</div>
      {error !== null && <Problem error={error} />}
      <div className={styles.actions}>
        <Button onClick={onClose}>{text.people.cancel}</Button>
        <Button kind={danger ? "danger" : "primary"} busy={busy} disabled={command === null} onClick={go}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
