/** What a person has written and not sent, or sent and not got confirmed; kept in this browser per person and draft. */

/** A text that was handed over to be sent, until it is known what came of it. */
export interface Sent {
  readonly id: string;
  /** Which page sends it: when that is gone, nobody does. */
  readonly page: string;
  readonly content: string;
  /** The order of the last segment that there was: if it was stored, then after that. */
  readonly after: number;
}

/** Where the text is that was not sent. */
export const unsentKey = (userId: string, draftId: string) => `onering.unsent:${userId}:${draftId}`;

/** Where the texts are that are underway. */
export const sentKey = (userId: string, draftId: string) => `onering.sent:${userId}:${draftId}`;

/** The unsent text of a person for a draft; empty where there is none, or the browser keeps nothing. */
export function readUnsent(userId: string, draftId: string): string {
  return read(unsentKey(userId, draftId)) ?? "";
}

/** Keep `text` as unsent, or forget it if it is empty; a browser that keeps nothing loses it at its end. */
export function keepUnsent(userId: string, draftId: string, text: string): void {
  keep(unsentKey(userId, draftId), text);
}

/** The texts of a person for a draft that are underway from any page, in order. */
export function readSent(userId: string, draftId: string): readonly Sent[] {
  try {
    const kept: unknown = JSON.parse(read(sentKey(userId, draftId)) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isSent) : [];
  } catch {
    return [];
  }
}

/** Keep other texts as underway. */
export function keepSent(userId: string, draftId: string, sent: readonly Sent[]): void {
  keep(sentKey(userId, draftId), sent.length === 0 ? "" : JSON.stringify(sent));
}

/** All that a person wrote for a draft and that may not be in it. */
export function allUnsent(userId: string, draftId: string): string {
  return joined([...readSent(userId, draftId).map(({ content }) => content), readUnsent(userId, draftId)]);
}

/** Texts one after the other, as one. */
export function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}

/** `text` without `beginning`, with which it was joined; unchanged if it begins otherwise. */
export function withoutBeginning(text: string, beginning: string): string {
  if (text === beginning) return "";
  return text.startsWith(`${beginning}\n\n`) ? text.slice(beginning.length + 2) : text;
}

function isSent(value: unknown): value is Sent {
  if (typeof value !== "object" || value === null) return false;
  const { id, page, content, after } = value as Record<string, unknown>;
  return [id, page, content].every((part) => typeof part === "string") && typeof after === "number";
}

/* Storage may be full or forbidden: then what is typed stays in the page alone. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    if (value === "") localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {}
}
