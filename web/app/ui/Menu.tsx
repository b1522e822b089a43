import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import styles from "./Menu.module.css";
import { MenuList } from "./MenuList.tsx";

export interface MenuItem {
  label: string;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A setting that is on or off. */
  checked?: boolean;
}

export interface MenuProps {
  /** What the button, and the menu, is called. */
  label: string;
  /** What the button shows, hidden from screen readers, if that is not its label. */
  button?: ReactNode;
  items: readonly (MenuItem | "separator")[];
}

/** A button that opens a menu of commands: the "Menu Button" pattern of WAI-ARIA's practices. */
export function Menu({ label, button, items }: MenuProps) {
  const [open, setOpen] = useState<"first" | "last" | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = () => {
    setOpen(null);
    opener.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(event.key === "ArrowDown" ? "first" : "last");
  };

  return (
    <div className={styles.menu}>
      <button
        ref={opener}
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={open !== null}
        aria-controls={open === null ? undefined : id}
        onClick={() => setOpen(open === null ? "first" : null)}
        onKeyDown={keys}
      >
        {button ?? label}
        {button !== undefined && <span className="said">{label}</span>}
      </button>
      {open !== null && (
        <MenuList
          id={id}
          label={label}
          items={items}
          begin={open}
          opener={opener}
          onLeave={() => setOpen(null)}
          onClose={close}
        />
      )}
    </div>
  );
}
