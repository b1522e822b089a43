import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./Bar.module.css";
import { text } from "./strings.ts";
import { RingIcon } from "./ui/icons.tsx";

/** What stands above every page: the way home, and what there is to do. */
export function Bar({ links, children }: { links?: ReactNode; children?: ReactNode }) {
  return (
    <header className={styles.bar}>
      <nav className={styles.links} aria-label={text.header.navigation}>
        <Link href="/" className={styles.home}>
          <RingIcon size={22} />
          <span>{text.app.name}</span>
        </Link>
        {links}
      </nav>
      <div className={styles.actions}>{children}</div>
    </header>
  );
}
