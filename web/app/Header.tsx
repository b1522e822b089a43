import { Link, useLocation } from "wouter";
import { Bar } from "./Bar.tsx";
import styles from "./Header.module.css";
import { NewDraft } from "./home/NewDraft.tsx";
import { Account } from "./session/Account.tsx";
import { useSession } from "./session/session.ts";
import { text } from "./strings.ts";
import { Button } from "./ui/Button.tsx";

/** Where there is no room for it, the name of the service leads there, too. */
function MyDrafts() {
  const [address] = useLocation();
  return (
    <Link href="/" className={styles.drafts} aria-current={address === "/" ? "page" : undefined}>
      {text.home.title}
    </Link>
  );
}

/** The bar of a page whose reader is known: a new draft, who I am, or the way to sign in. */
export function Header() {
  const { userId, askToSignIn } = useSession();
  return (
    <Bar links={userId !== null && <MyDrafts />}>
      {userId === null ? (
        <Button onClick={() => askToSignIn(text.header.signInWhy)}>{text.header.signIn}</Button>
      ) : (
        <>
          <NewDraft kind="plain" />
          <Account />
        </>
      )}
    </Bar>
  );
}
