/** Whose turn it is and for how long, with what can be done about it; always in sight. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { usePresence } from "@onering/client/react";
import { memo, useRef, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { RingIcon } from "../ui/icons.tsx";
import { Deadline } from "./Deadline.tsx";
import { PassDialog } from "./passing.ts";
import { nameOf } from "./people.ts";
import { Remedies } from "./Remedies.tsx";
import styles from "./Ring.module.css";
import type { Rights } from "./rules.ts";
import { useKeptFocus } from "./useKeptFocus.ts";

export interface RingProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
  standing: DraftState["standing"];
  send: DraftActions["send"];
}

/** Nothing for a draft that takes no more turns. */
export const Ring = memo(function Ring({ draft, rights, names, standing, send }: RingProps) {
  const { typing } = usePresence(draft.draft_id);
  const [passing, setPassing] = useState(false);
  const section = useRef<HTMLElement>(null);
  useKeptFocus(section);
  if (draft.status === "completed" || draft.status === "archived") return null;
  const { current_holder_id: holder, passed_at, deadline_at } = draft.ring_state;
  const name = nameOf(draft, names, holder);
  return (
    <section
      ref={section}
      tabIndex={-1}
      className={styles.ring}
      aria-label={text.draft.ring.label}
      data-mine={rights.holds || undefined}
    >
      <span className={styles.sign}>
        <RingIcon size={28} />
      </span>
      <div className={styles.turn}>
        <p className={styles.whose}>
          {rights.holds ? text.draft.ring.mine : <bdi>{text.draft.ring.theirs(name)}</bdi>}
        </p>
        <p className={styles.when}>
          {/* The head says it to screen readers; this is for those who look at the end of the text. */}
          {standing !== "live" && standing !== "ended" && (
            <span aria-hidden="true">
              {text.connection[standing === "offline" ? "offline" : "catching-up"].label} ·{" "}
            </span>
          )}
          {!rights.holds && typing === holder && <span>{text.draft.head.writing(name)} · </span>}
          {deadline_at !== null && <Deadline since={passed_at} at={deadline_at} />}
        </p>
      </div>
      <div className={styles.acts}>
        {rights.pass && <Button onClick={() => setPassing(true)}>{text.draft.ring.pass}</Button>}
        <Remedies draft={draft} rights={rights} names={names} send={send} />
      </div>
      {passing && <PassDialog draft={draft} names={names} send={send} onClose={() => setPassing(false)} />}
    </section>
  );
});
