import { type MouseEvent, type ReactNode, type SyntheticEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import { text } from "../strings.ts";
import styles from "./Dialog.module.css";
import { CrossIcon } from "./icons.tsx";

export interface DialogProps {
  open: boolean;
  title: string;
  /** Asked for by Escape, by the close button, and by a press beside the dialog. */
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog, labelled by its title; what is in it is made anew each time it opens. */
export function Dialog({ open, ...rest }: DialogProps) {
  return open ? <OpenDialog {...rest} /> : null;
}

/* Where somebody begins who opened a dialog to enter something; the browser's own choice is the close button. */
const ENTRY = "input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select";

function OpenDialog({ title, onClose, children }: Omit<DialogProps, "open">) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(dialog);

  const cancelled = (event: SyntheticEvent) => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    onClose();
  };
  const pressedBeside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };

  return (
    // The press beside a dialog is a convenience: Escape and the close button do the same from the keyboard.
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={id}
      onCancel={cancelled}
      onMouseDown={pressedBeside}
    >
      <div className={styles.sheet}>
        <div className={styles.head}>
          <h2 id={id} dir="auto">
            {title}
          </h2>
          <button type="button" className={styles.close} aria-label={text.ui.close} onClick={onClose}>
            <CrossIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** Shows the dialog above everything while it is mounted, and gives the focus back to what had it before. */
function useModal(dialog: React.RefObject<HTMLDialogElement | null>) {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    before.current = document.activeElement;
    shown?.showModal();
    shown?.querySelector<HTMLElement>(ENTRY)?.focus();
    return () => shown?.close();
  }, [dialog]);
  // An effect of its own: it runs when the element is gone, so that nothing takes the focus from what gets it.
  useEffect(
    () => () => {
      const opener = before.current;
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    },
    [],
  );
}
