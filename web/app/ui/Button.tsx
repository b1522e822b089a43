import type { ComponentProps } from "react";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";
export interface ButtonProps extends ComponentProps<"button"> {
  kind?: ButtonKind;
  /** It is being done: not to be pressed again, and said so. */
  busy?: boolean;
}

/** A button; `type` is "button" unless said otherwise. */
export function Button({ kind = "plain", busy = false, ...rest }: ButtonProps) {
  return <button type="button" data-kind={kind} aria-disabled={busy || undefined} {...rest} />;
}
