import type { DraftEvent } from "@onering/client";
import { Link, useLocation } from "wouter";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { personStyle } from "../ui/person.ts";
import { When } from "../ui/When.tsx";
import { searchOf } from "./address.ts";
import styles from "./Entry.module.css";
import { sentence } from "./sentences.ts";
import type { History } from "./useHistory.ts";

export interface EntryProps {
  history: History;
  event: DraftEvent;
  /** Whether the text is shown as this left it. */
  current: boolean;
}

/** Something that happened: who did what and when, and the way to the text then. */
export function Entry({ history, event, current }: EntryProps) {
  const [path] = useLocation();
  return (
    <li className={styles.entry} data-current={current || undefined}>
      <span className={`${styles.dot} person`} style={personStyle(event.actor.id)} aria-hidden="true" />
      <div className={styles.told}>
        <Link
          href={path + searchOf({ show: "text", at: event.version })}
          aria-current={current ? "step" : undefined}
          className={styles.did}
        >
          {sentence(event, history.nameOf)}
        </Link>
        <p className={styles.about}>
          <When at={event.at} />
          <span>{text.history.timeline.version(number(event.version))}</span>
        </p>
      </div>
    </li>
  );
}
