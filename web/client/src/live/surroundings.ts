/** What a browser tells of itself: whether it has a network, and whether somebody looks at the page. */

/** The network came or went, or the page is looked at again. */
export type Turn = "online" | "offline" | "visible";

/** Where to hear of turns. */
export interface Surroundings {
  /** Calls back at each turn; what it returns ends that. Whoever is without a network from the beginning is told at once. */
  listen(turned: (turn: Turn) => void): () => void;
}

/** Of the browser that we are in; outside of one nothing turns. */
export const browser: Surroundings = {
  listen(turned) {
    if (typeof window === "undefined") return () => {};
    const online = () => turned("online");
    const offline = () => turned("offline");
    const shown = () => document.visibilityState === "visible" && turned("visible");
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    window.addEventListener("pageshow", shown);
    document.addEventListener("visibilitychange", shown);
    document.addEventListener("resume", shown);
    if (!navigator.onLine) offline();
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      window.removeEventListener("pageshow", shown);
      document.removeEventListener("visibilitychange", shown);
      document.removeEventListener("resume", shown);
    };
  },
};
