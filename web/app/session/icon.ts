import plain from "../ring.svg";
import turn from "../ring-turn.svg";

/** The page's icon in the browser's tab; with a dot when a turn of mine waits to be seen. */
export function badgeIcon(waiting: boolean): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon !== null) icon.href = waiting ? turn : plain;
}
