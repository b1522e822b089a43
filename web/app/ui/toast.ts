export type ToastKind = "plain" | "good" | "bad" | "turn";

export interface ToastOptions {
  title: string;
  body?: string;
  action?: { label: string; onSelect: () => void };
  /** "turn" is the ring's; "bad" stays until it is dismissed. */
  kind?: ToastKind;
}

export interface Toast extends ToastOptions {
  id: number;
  kind: ToastKind;
}

const LASTING_MS: Record<ToastKind, number> = {
  plain: 7_000,
  good: 6_000,
  turn: 14_000,
  bad: Number.POSITIVE_INFINITY,
};
const MOST = 4;

let shown: readonly Toast[] = [];
let made = 0;
const listeners = new Set<() => void>();
const left = new Map<number, number>();
const running = new Map<number, { since: number; timer: ReturnType<typeof setTimeout> }>();
let paused = false;

/** Show a passing message; it returns what takes it away early. The same message twice is shown once, anew. */
export function toast(options: ToastOptions): () => void {
  const same = shown.find(({ title, body }) => title === options.title && body === options.body);
  if (same !== undefined) dismiss(same.id);
  made += 1;
  const added: Toast = { kind: "plain", ...options, id: made };
  for (const old of shown.slice(0, Math.max(0, shown.length + 1 - MOST))) dismiss(old.id);
  left.set(added.id, LASTING_MS[added.kind]);
  change([...shown, added]);
  if (!paused) run(added.id);
  return () => dismiss(added.id);
}

export function dismiss(id: number): void {
  halt(id);
  left.delete(id);
  if (shown.some((each) => each.id === id)) change(shown.filter((each) => each.id !== id));
}

/** What was said to one person is not for the next. */
export function dismissAll(): void {
  for (const { id } of shown) dismiss(id);
}

/** Nothing goes away while somebody reads it: the pointer or the focus is there, or nobody is looking at the page. */
export function pause(): void {
  paused = true;
  for (const { id } of shown) halt(id);
}

export function resume(): void {
  paused = false;
  for (const { id } of shown) run(id);
}

export const toasts = (): readonly Toast[] => shown;

export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function run(id: number): void {
  const remaining = left.get(id) ?? 0;
  if (running.has(id) || remaining === Number.POSITIVE_INFINITY) return;
  running.set(id, { since: Date.now(), timer: setTimeout(() => dismiss(id), remaining) });
}

function halt(id: number): void {
  const run = running.get(id);
  if (run === undefined) return;
  clearTimeout(run.timer);
  running.delete(id);
  left.set(id, Math.max(1_000, (left.get(id) ?? 0) - (Date.now() - run.since)));
}

function change(next: readonly Toast[]): void {
  shown = next;
  for (const listener of [...listeners]) listener();
}
