import type { ReactNode } from "react";

export interface DialogProps {
  open: boolean;
  title: string;
  /** Asked for by Escape, the close button, or a press beside the dialog. */
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog; it is in the document only while it is open. */
export function Dialog({ open, title, children }: DialogProps) {
  return open ? <dialog aria-label={title}>{children}</dialog> : null;
}
