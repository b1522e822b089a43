/** Who this window is while developing: kept for the window, so that two windows can be two people. */

const WHO = "onering.who";
const NAMES = "onering.names";
const MOST_NAMES = 5;

/** What the service takes for a user id. */
const USER_ID = /^[!-~]{1,255}$/;

export const isUserId = (name: string): boolean => USER_ID.test(name);

/** The person of this window; null if nobody was chosen, or what is kept is no user id. */
export function localName(): string | null {
  const kept = read(sessionStorage, WHO);
  return kept !== null && isUserId(kept) ? kept : null;
}

/** Be this person in this window, also after a reload; null is nobody. */
export function keepLocalName(name: string | null): void {
  write(sessionStorage, WHO, name);
  if (name !== null) write(localStorage, NAMES, JSON.stringify([name, ...others(name)].slice(0, MOST_NAMES)));
}

/** The names that were used in this browser, newest first. */
export function knownNames(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(read(localStorage, NAMES) ?? "[]");
    return Array.isArray(kept) ? kept.filter((name) => typeof name === "string" && isUserId(name)) : [];
  } catch {
    return [];
  }
}

const others = (name: string): readonly string[] => knownNames().filter((known) => known !== name);

/* A browser that keeps nothing for pages throws; then it is nobody's after a reload, and works until then. */
function read(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function write(storage: Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, value);
  } catch {}
}
