import { useDrafts } from "@onering/client/react";
import { usePartsAhead } from "../parts.tsx";
import { ContinueAs } from "../session/ContinueAs.tsx";
import { SignInWithClerk } from "../session/SignInWithClerk.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { queryOf, useAddress } from "./address.ts";
import { Found } from "./Found.tsx";
import { Search } from "./Search.tsx";
import styles from "./Welcome.module.css";

/** For who is not signed in: what this is, how to begin, and what everybody may read. */
export function Welcome() {
  const { config, development, clerk } = useSession();
  usePartsAhead(true);
  return (
    <>
      <section className={styles.welcome}>
        <h1>{text.welcome.title}</h1>
        <p className={styles.about}>{text.welcome.about}</p>
        {clerk.standing !== "absent" && <SignInWithClerk />}
        {development && <ContinueAs />}
      </section>
      {config.anonymous_read && <PublicDrafts />}
    </>
  );
}

function PublicDrafts() {
  const { filter, sought, change } = useAddress("public");
  const listed = useDrafts(queryOf("public", sought));
  return (
    <section className={styles.public} aria-labelledby="public">
      <h2 id="public">{text.welcome.public}</h2>
      <Search sought={sought} onSeek={(next) => change({ sought: next })} />
      <Found me={null} listed={listed} filter={filter} sought={sought} />
    </section>
  );
}
