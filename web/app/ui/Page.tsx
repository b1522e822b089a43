import { type ReactNode, useEffect, useRef } from "react";
import styles from "./Page.module.css";
import { setTitle } from "./title.ts";

export interface PageProps {
  /** The document's title, and the heading unless `heading` is given. */
  title: string;
  /** Another `<h1>`; null if the page draws its own. */
  heading?: ReactNode;
  children: ReactNode;
}

let begun = location.pathname;
let arrived = location.pathname;
let wentBack = false;
addEventListener("popstate", () => {
  wentBack = true;
});

/** The main landmark of a page: it names the document, and after navigation its heading has the focus. */
export function Page({ title, heading, children }: PageProps) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => setTitle(title), [title]);
  // After every render, until it has a heading: some pages are known before what they are about.
  useEffect(() => arrive(main.current));
  return (
    <main ref={main} id="main" tabIndex={-1} className={styles.page}>
      {heading === undefined ? (
        <h1 tabIndex={-1} dir="auto">
          {title}
        </h1>
      ) : (
        heading
      )}
      {children}
    </main>
  );
}

/** The first page is left as the browser shows it, and so is one gone back to, but for the focus. */
function arrive(main: HTMLElement | null): void {
  if (location.pathname !== begun) {
    begun = location.pathname;
    if (!wentBack) scrollTo(0, 0);
    wentBack = false;
  }
  const heading = main?.querySelector("h1");
  if (!heading || location.pathname === arrived) return;
  arrived = location.pathname;
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
