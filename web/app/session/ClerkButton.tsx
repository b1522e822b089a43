import { useEffect, useRef } from "react";
import styles from "./ClerkButton.module.css";
import type { ClerkPage } from "./clerk.ts";

/** Clerk's own button, with the person's account there. */
export function ClerkButton({ clerk }: { clerk: ClerkPage }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = place.current;
    if (node === null) return;
    clerk.mountUserButton(node);
    return () => clerk.unmountUserButton(node);
  }, [clerk]);
  return <div ref={place} className={styles.place} />;
}
