/** When somebody looks at the page. */

/** Calls back when the page is looked at again, when the network is back, and every so often while it is visible.
 *
 * What it returns ends that.
 */
export function whileLooking(milliseconds: number, run: (why: "looking" | "online") => void): () => void {
  const look = () => {
    if (document.visibilityState === "visible") run("looking");
  };
  const online = () => run("online");
  const timer = setInterval(look, milliseconds);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  window.addEventListener("online", online);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("focus", look);
    window.removeEventListener("online", online);
  };
}
