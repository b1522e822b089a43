import type { ReactNode } from "react";

export interface PageProps {
  /** The document's title, and the heading unless `heading` is given. */
  title: string;
  /** Another `<h1>`; null if the page draws its own. */
  heading?: ReactNode;
  children: ReactNode;
}

/** The main landmark of a page: it names the document, and takes the focus to its heading after navigation. */
export function Page({ title, heading, children }: PageProps) {
  return (
    <main id="main">
      {heading === undefined ? <h1 tabIndex={-1}>{title}</h1> : heading}
      {children}
    </main>
  );
}
