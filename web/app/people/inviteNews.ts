/** Tells the parts of the page that a draft's invitations changed: they are in no feed, so one's own changes are told here. */

const news = new EventTarget();

/** An invitation of the draft was made or taken back on this page. */
export function tellInvitesChanged(draftId: string): void {
  news.dispatchEvent(new Event(draftId));
}

/** Calls back when that happens; what it returns ends that. */
export function onInvitesChanged(draftId: string, listener: () => void): () => void {
  news.addEventListener(draftId, listener);
  return () => news.removeEventListener(draftId, listener);
}
