import type { ListedDraft } from "@onering/client";
import type { DraftsState } from "@onering/client/react";
import type { ReactNode } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import styles from "./DraftList.module.css";
import { DraftRow } from "./DraftRow.tsx";
import { Skeleton } from "./Skeleton.tsx";

interface DraftListProps {
  me: string | null;
  drafts: readonly ListedDraft[];
  /** Where the drafts come from; nothing if they are all there. */
  state?: DraftsState;
  empty?: ReactNode;
}

/** Drafts one below the other, in each of the states that a list can be in. */
export function DraftList({ me, drafts, state, empty }: DraftListProps) {
  const none = drafts.length === 0;
  if (none && state?.loading) return <Skeleton />;
  return (
    <>
      {state?.error && <Problem error={state.error} retry={state.refresh} />}
      {none && !state?.error && !state?.more && empty}
      {none && state?.more && <p className={styles.further}>{text.home.nothingSoFar}</p>}
      {!none && (
        <ul className={styles.list} aria-busy={state?.loading || undefined}>
          {drafts.map((draft) => (
            <DraftRow key={draft.draft_id} draft={draft} me={me} />
          ))}
        </ul>
      )}
      {state?.more && (
        <div className={styles.more}>
          <Button onClick={state.more} busy={state.loading}>
            {none ? text.home.lookFurther : text.home.more}
          </Button>
        </div>
      )}
    </>
  );
}
