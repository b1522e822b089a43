/** Pages of this browser, of which each knows when another one is gone. */

/** This page, from when it is loaded until it is left. */
export const PAGE = crypto.getRandomValues(new Uint32Array(4)).join("-");

const lockOf = (page: string) => `onering.page:${page}`;

let holding = false;

/** Lets the other pages see that this one is there. */
export function showUp(): void {
  if (holding) return;
  holding = true;
  // It is never given back: the browser does that when the page is left, however that happens.
  locks()
    ?.request(lockOf(PAGE), () => new Promise(() => {}))
    .catch(() => {});
}

/** Whether this browser tells here which pages are there; over plain http it does not. */
export const canTell = (): boolean => locks() !== undefined;

/** Calls back when a page that showed up is gone; at once where the browser can't tell. */
export function whenGone(page: string, run: () => void): void {
  const known = locks();
  if (known === undefined) run();
  else known.request(lockOf(page), run).catch(run);
}

/** TypeScript has them everywhere; they are missing from pages that come over plain http. */
function locks(): LockManager | undefined {
  return "locks" in navigator ? navigator.locks : undefined;
}
