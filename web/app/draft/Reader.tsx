/** What stands at the end of the text for somebody who is not signed in. */

import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./Desk.module.css";

export function Reader() {
  const { askToSignIn } = useSession();
  return (
    <section className={styles.waiting} aria-labelledby="write-with-them">
      <h2 id="write-with-them">{text.draft.wait.signedOut}</h2>
      <p>{text.draft.wait.signedOutWhy}</p>
      <Button kind="primary" onClick={() => askToSignIn(text.draft.wait.toWrite)}>
        {text.draft.signIn}
      </Button>
    </section>
  );
}
