export type ToastKind = "plain" | "good" | "bad" | "turn";
export interface ToastOptions {
  title: string;
  body?: string;
  action?: { label: string; onSelect: () => void };
  kind?: ToastKind;
}

/** Show a passing message; it returns what takes it away early. */
export function toast(_options: ToastOptions): () => void {
  return () => {};
}
