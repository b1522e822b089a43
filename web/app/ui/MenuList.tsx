import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { CheckIcon } from "./icons.tsx";
import styles from "./Menu.module.css";
import type { MenuItem } from "./Menu.tsx";

interface MenuListProps {
  id: string;
  label: string;
  items: readonly (MenuItem | "separator")[];
  begin: "first" | "last";
  opener: RefObject<HTMLButtonElement | null>;
  /** The focus goes on elsewhere. */
  onLeave: () => void;
  /** It goes back to the button. */
  onClose: () => void;
}

/** The open menu: one tab stop, arrows move, letters find, Escape and Tab close. */
export function MenuList({ id, label, items, begin, opener, onLeave, onClose }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (list.current !== null) keepInSight(list.current);
    const entries = entriesOf(list.current);
    entries[begin === "first" ? 0 : entries.length - 1]?.focus();
  }, [begin]);
  usePressOutside(list, opener, onLeave);

  const keys = (event: KeyboardEvent) => {
    if (event.key === "Tab") return onLeave();
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return onClose();
    }
    const next = nextEntry(entriesOf(list.current), event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <div ref={list} id={id} role="menu" tabIndex={-1} aria-label={label} className={styles.list} onKeyDown={keys}>
      {items.map((item, at) =>
        item === "separator" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: separators have nothing but their place.
          <hr key={at} className={styles.separator} />
        ) : (
          <Entry key={item.label} item={item} onClose={onClose} />
        ),
      )}
    </div>
  );
}

function Entry({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  const select = () => {
    if (item.disabled) return;
    onClose();
    item.onSelect();
  };
  const state =
    item.checked === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": item.checked };
  return (
    <button
      type="button"
      tabIndex={-1}
      {...state}
      aria-disabled={item.disabled || undefined}
      className={styles.entry}
      data-danger={item.danger || undefined}
      onClick={select}
    >
      <span dir="auto">{item.label}</span>
      {item.checked === true && <CheckIcon />}
    </button>
  );
}

/** Opens it upwards, or to the other side, where it would not be seen. */
function keepInSight(list: HTMLElement) {
  const { bottom, left, right } = list.getBoundingClientRect();
  list.toggleAttribute("data-upwards", bottom > window.innerHeight);
  list.toggleAttribute("data-turned", left < 0 || right > document.documentElement.clientWidth);
}

const entriesOf = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? []),
];

function nextEntry(entries: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const at = entries.indexOf(document.activeElement as HTMLElement);
  switch (key) {
    case "ArrowDown":
      return entries[(at + 1) % entries.length];
    case "ArrowUp":
      return entries[(at - 1 + entries.length) % entries.length];
    case "Home":
      return entries[0];
    case "End":
      return entries[entries.length - 1];
    default:
      return key.length === 1 && key !== " "
        ? startingWith([...entries.slice(at + 1), ...entries.slice(0, at + 1)], key)
        : undefined;
  }
}

function startingWith(entries: readonly HTMLElement[], letter: string): HTMLElement | undefined {
  const sought = letter.toLocaleLowerCase();
  return entries.find((entry) => entry.textContent?.trim().toLocaleLowerCase().startsWith(sought));
}

function usePressOutside(
  list: RefObject<HTMLElement | null>,
  opener: RefObject<HTMLElement | null>,
  onLeave: () => void,
) {
  const leave = useRef(onLeave);
  useEffect(() => {
    leave.current = onLeave;
  });
  useEffect(() => {
    const pressed = (event: PointerEvent) => {
      const inside = [list.current, opener.current].some((part) => part?.contains(event.target as Node));
      if (!inside) leave.current();
    };
    document.addEventListener("pointerdown", pressed);
    return () => document.removeEventListener("pointerdown", pressed);
  }, [list, opener]);
}
