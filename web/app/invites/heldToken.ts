/** The tokens of invitations: taken out of the address, and kept in memory alone, so that they outlive a sign-in. */

const held = new Map<string, string>();

const INVITE = /^\/invites\/([^/]+)\/?$/;
const TOKEN = /^#(?:.*&)?token=([^&]+)/;

/**
 * Take the token out of the address (`/invites/{id}#token=…`) if there is one: it must not stay in the address bar, in
 * the history, or in a bookmark.
 */
export function holdToken(): void {
  const inviteId = INVITE.exec(location.pathname)?.[1];
  const token = TOKEN.exec(location.hash)?.[1];
  if (inviteId === undefined || token === undefined) return;
  held.set(inviteId, token);
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** Return the token of an invitation whose link was opened in this window, or null. */
export const heldToken = (inviteId: string): string | null => held.get(inviteId) ?? null;

/** Forget the token of an invitation that was answered. */
export const dropToken = (inviteId: string): boolean => held.delete(inviteId);
