import { Link, useLocation } from "wouter";
import { text } from "../strings.ts";
import { searchOf, type View } from "./address.ts";
import styles from "./Views.module.css";

const VIEWS: readonly View[] = [
  { show: "text", at: null },
  { show: "happened" },
  { show: "changes", from: null, to: null },
  { show: "pictures" },
];

/** The ways of looking at a draft's history, as links: each has an address. */
export function Views({ shown }: { shown: View["show"] }) {
  const [path] = useLocation();
  return (
    <nav className={styles.views} aria-label={text.history.views}>
      {VIEWS.map((view) => (
        <Link key={view.show} href={path + searchOf(view)} aria-current={view.show === shown ? "page" : undefined}>
          {text.history.view[view.show]}
        </Link>
      ))}
    </nav>
  );
}
