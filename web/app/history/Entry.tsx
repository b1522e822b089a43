import type { DraftEvent } from "@onering/client";
import { memo } from "react";
import { Link, useLocation } from "wouter";
import { VerifyButton } from "../proofs/VerifyButton.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { personStyle } from "../ui/person.ts";
import { When } from "../ui/When.tsx";
import { searchOf } from "./address.ts";
import styles from "./Entry.module.css";
import { type NameOf, sentence } from "./sentences.ts";

export interface EntryProps {
  draftId: string;
  /** Whether the reader is one of the draft's people: proofs are for them. */
  member: boolean;
  nameOf: NameOf;
  event: DraftEvent;
  /** Whether the text is shown as this left it. */
  current: boolean;
}

/** Something that happened: who did what and when, the way to the text then, and its proof where there is one. */
export const Entry = memo(function Entry({ draftId, member, nameOf, event, current }: EntryProps) {
  const { config } = useSession();
  const [path] = useLocation();
  const provable = config.proofs !== null && member;
  return (
    <li className={styles.entry} data-current={current || undefined}>
      <span className={`${styles.dot} person`} style={personStyle(event.actor.id)} aria-hidden="true" />
      <div className={styles.told}>
        <Link
          href={path + searchOf({ show: "text", at: event.version })}
          aria-current={current ? "step" : undefined}
          className={styles.did}
        >
          {sentence(event, nameOf)}
        </Link>
        <div className={styles.about}>
          <When at={event.at} />
          <span>{text.history.timeline.version(number(event.version))}</span>
          {provable && <VerifyButton draftId={draftId} version={event.version} shown={event} />}
        </div>
      </div>
    </li>
  );
});
