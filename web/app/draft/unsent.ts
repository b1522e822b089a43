/** What a person has written and not sent yet, kept in this browser for each person and draft. */

const keyOf = (userId: string, draftId: string) => `onering.unsent:${userId}:${draftId}`;

/** The unsent text of a person for a draft; empty where there is none, or the browser keeps nothing. */
export function readUnsent(userId: string, draftId: string): string {
  try {
    return localStorage.getItem(keyOf(userId, draftId)) ?? "";
  } catch {
    return "";
  }
}

/** Keep `text` as unsent, or forget it if it is empty; a browser that keeps nothing loses it at its end. */
export function keepUnsent(userId: string, draftId: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(keyOf(userId, draftId));
    else localStorage.setItem(keyOf(userId, draftId), text);
  } catch {
    // Storage is full or forbidden: what is typed stays in the page alone.
  }
}

/**
 * `kept` without its beginning, if that is the last segment its author has in the draft.
 *
 * What is sent is kept until it is confirmed; a page that was closed in between finds it both here and in the draft.
 */
export function withoutStored(kept: string, lastOwn: string | undefined): string {
  if (lastOwn === undefined) return kept;
  if (kept === lastOwn) return "";
  const joint = `${lastOwn}\n\n`;
  return kept.startsWith(joint) ? kept.slice(joint.length) : kept;
}
