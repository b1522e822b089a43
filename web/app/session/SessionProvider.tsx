import type { ReactNode } from "react";

/** Loads what the page needs to know, decides who speaks, and gives its children their session and client. */
export function SessionProvider({ children }: { children: ReactNode }) {
  return children;
}
