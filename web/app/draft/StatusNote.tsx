/** Says that a draft takes nothing for now, and what can be done about it. */

import type { Draft, DraftState } from "@onering/client";
import { text } from "../strings.ts";
import styles from "./Head.module.css";
import { nameOf, ownerOf } from "./people.ts";
import type { Rights } from "./rules.ts";

export interface StatusNoteProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
}

export function StatusNote({ draft, rights, names }: StatusNoteProps) {
  return (
    <div role="status">
      {draft.status !== "active" && (
        <p className={styles.status}>
          {rights.role === "owner"
            ? text.draft.status[draft.status].owner
            : text.draft.status[draft.status].others(nameOf(draft, names, ownerOf(draft)))}
        </p>
      )}
    </div>
  );
}
