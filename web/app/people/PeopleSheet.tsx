import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import PeoplePanel from "./PeoplePanel.tsx";
import styles from "./PeopleSheet.module.css";
import { useWide } from "./useWide.ts";

export interface PeopleSheetProps {
  draftId: string;
  open: boolean;
  onClose: () => void;
}

/** The people of a draft: beside the text where there is room for both, else in front of it. */
export default function PeopleSheet({ draftId, open, onClose }: PeopleSheetProps) {
  const wide = useWide();
  if (!open) return null;
  if (wide) return <Aside draftId={draftId} onClose={onClose} />;
  return (
    <Dialog open title={text.people.title} onClose={onClose}>
      <PeoplePanel draftId={draftId} />
    </Dialog>
  );
}

/** Not modal: one goes on reading and writing beside it. */
function Aside({ draftId, onClose }: Omit<PeopleSheetProps, "open">) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const keys = (event: KeyboardEvent) => {
    // A dialog or a menu that is open in it takes the key for itself.
    if (event.key === "Escape" && !event.defaultPrevented && !inDialog(event.target)) onClose();
  };
  return (
    <aside className={styles.aside} aria-labelledby={id} onKeyDown={keys}>
      <header className={styles.head}>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {text.people.title}
        </h2>
        <Button kind="quiet" onClick={onClose}>
          {text.people.close}
        </Button>
      </header>
      <PeoplePanel draftId={draftId} />
    </aside>
  );
}

const inDialog = (target: EventTarget) => target instanceof Element && target.closest("dialog") !== null;
