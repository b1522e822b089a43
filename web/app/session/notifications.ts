/** Browser notifications of one's turns: opt-in, and only while nobody looks at the page. */

import icon from "../ring.svg";

const KEY = "onering.notify";
const listeners = new Set<() => void>();

const supported = (): boolean => typeof Notification === "function";

export function isNotifying(): boolean {
  try {
    return supported() && Notification.permission === "granted" && localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

export function onNotifying(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

/** Ask the browser, which asks the person; what came of it. */
export async function askToNotify(): Promise<"notifying" | "denied" | "unsupported"> {
  if (!supported()) return "unsupported";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  keep("on");
  return "notifying";
}

export function stopNotifying(): void {
  keep(null);
}

/** Tell it, if it was asked for and the page is out of sight. `tag`: the same again is not told again. */
export function notify(title: string, body: string, tag: string, onOpen: () => void): void {
  if (!isNotifying() || document.visibilityState === "visible") return;
  try {
    const notification = new Notification(title, { body, tag, icon });
    notification.onclick = () => {
      window.focus();
      onOpen();
      notification.close();
    };
  } catch {
    // Some browsers (Chrome on Android) have the name, and show none that a page makes by itself.
  }
}

function keep(value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  } catch {}
  for (const listener of [...listeners]) listener();
}
