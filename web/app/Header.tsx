import { Bar } from "./Bar.tsx";
import { NewDraft } from "./home/NewDraft.tsx";
import { Account } from "./session/Account.tsx";
import { useSession } from "./session/session.ts";
import { text } from "./strings.ts";
import { Button } from "./ui/Button.tsx";

/** The bar of a page whose reader is known: a new draft, who I am, or the way to sign in. */
export function Header() {
  const { userId, askToSignIn } = useSession();
  return (
    <Bar>
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
