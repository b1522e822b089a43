/** A draft that is not followed any more, or never was: why, and what to do. */

import { Link } from "wouter";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Page } from "../ui/Page.tsx";
import styles from "./Ended.module.css";
import { type Ending, endingOf } from "./endings.ts";
import { Kept } from "./Kept.tsx";
import { allUnsent } from "./unsent.ts";

export interface EndedProps {
  draftId: string;
  /** The close code of the feed. */
  code: number;
  /** Whether the draft was on the screen before. */
  wasOpen: boolean;
  retry: () => void;
}

export default function Ended({ draftId, code, wasOpen, retry }: EndedProps) {
  const { userId, askToSignIn } = useSession();
  const ending = endingOf(code, wasOpen);
  const { title, why } = wordsOf(ending);
  const mayHelp = userId === null || ending === "signedOut";
  return (
    <Page title={title}>
      <div className={styles.ended}>
        <p>{why}</p>
        <Kept value={allUnsent(userId ?? "", draftId)} about={text.draft.unsent.keptAfterEnd} />
        <p className={styles.ways}>
          {mayHelp && (
            <Button kind="primary" onClick={() => askToSignIn(text.draft.signInToRead)}>
              {text.draft.signIn}
            </Button>
          )}
          {(ending === "crowded" || ending === "broken") && <Button onClick={retry}>{text.draft.again}</Button>}
          <Link href="/">{text.draft.home}</Link>
        </p>
      </div>
    </Page>
  );
}

function wordsOf(ending: Ending): { title: string; why: string } {
  if (ending === "missing") return { title: text.draft.missing, why: text.draft.missingWhy };
  return { title: text.draft.ended[ending], why: text.draft.ended[`${ending}Why`] };
}
