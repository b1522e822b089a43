import type { ComponentProps, MouseEvent } from "react";
import styles from "./Button.module.css";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

export interface ButtonProps extends ComponentProps<"button"> {
  kind?: ButtonKind;
  /** It is being done: the button keeps the focus and its place, says so, and can't be pressed again. */
  busy?: boolean;
}

/** A button; its `type` is "button" unless it is said otherwise. */
export function Button({ kind = "plain", busy = false, className, children, onClick, ...rest }: ButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={[styles.button, styles[kind], className].filter(Boolean).join(" ")}
      onClick={press}
      {...rest}
    >
      {busy && <span className={styles.wheel} aria-hidden="true" />}
      {children}
    </button>
  );
}
