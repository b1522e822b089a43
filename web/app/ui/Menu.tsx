import type { ReactNode } from "react";

export interface MenuItem {
  label: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A setting that is on or off. */
  checked?: boolean;
}

export interface MenuProps {
  /** What the button is called. */
  label: string;
  /** What the button shows, if it is not its label. */
  button?: ReactNode;
  items: readonly (MenuItem | "separator")[];
}

/** A button with a menu of commands (WAI-ARIA APG, "Menu Button"). */
export function Menu({ label, button }: MenuProps) {
  return (
    <button type="button" aria-label={label}>
      {button ?? label}
    </button>
  );
}
