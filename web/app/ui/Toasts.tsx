import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useSyncExternalStore } from "react";
import { text } from "../strings.ts";
import { Button } from "./Button.tsx";
import { CrossIcon } from "./icons.tsx";
import styles from "./Toasts.module.css";
import { dismiss, onToasts, pause, resume, type Toast, toasts } from "./toast.ts";

/** The passing messages, announced politely; one region for the whole page. Escape in one dismisses it. */
export function Toasts() {
  const shown = useSyncExternalStore(onToasts, toasts);
  const region = useRef<HTMLElement>(null);
  useRestWhileHidden();
  useAboveDialogs(region, shown);

  const blurred = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) resume();
  };
  return (
    <section
      ref={region}
      popover="manual"
      className={styles.toasts}
      aria-label={text.ui.messages}
      onPointerEnter={pause}
      onPointerLeave={resume}
      onFocus={pause}
      onBlur={blurred}
    >
      <ol aria-live="polite" aria-relevant="additions">
        {shown.map((each) => (
          <Message key={each.id} message={each} />
        ))}
      </ol>
    </section>
  );
}

function Message({ message }: { message: Toast }) {
  const close = () => {
    resume();
    dismiss(message.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
  };
  const act = () => {
    close();
    message.action?.onSelect();
  };
  return (
    <li className={styles.toast} data-kind={message.kind} onKeyDown={keys}>
      <div className={styles.words}>
        <p className={styles.title} dir="auto">
          {message.title}
        </p>
        {message.body && <p dir="auto">{message.body}</p>}
      </div>
      {message.action && (
        <Button kind="quiet" onClick={act}>
          {message.action.label}
        </Button>
      )}
      <button type="button" className={styles.close} aria-label={text.ui.dismiss} onClick={close}>
        <CrossIcon />
      </button>
    </li>
  );
}

/** Messages wait for whoever looks at another window. */
function useRestWhileHidden() {
  useEffect(() => {
    const attend = () => (document.visibilityState === "visible" ? resume() : pause());
    attend();
    document.addEventListener("visibilitychange", attend);
    return () => document.removeEventListener("visibilitychange", attend);
  }, []);
}

/**
 * The region is in the browser's top layer from the start, for only what is there before its words is announced. To be
 * seen above a modal dialog that came later, it enters that layer once more.
 */
function useAboveDialogs(region: React.RefObject<HTMLElement | null>, shown: readonly Toast[]) {
  useEffect(() => {
    const part = region.current;
    if (typeof part?.showPopover !== "function") return;
    const isOpen = part.matches(":popover-open");
    if (isOpen && (shown.length === 0 || document.querySelector("dialog:modal") === null)) return;
    if (isOpen) part.hidePopover();
    part.showPopover();
  }, [region, shown]);
}
