import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { useSession } from "./session.ts";

/** The way to Clerk's own sign-in, or what to do if its script did not come. */
export function SignInWithClerk({ onOpen }: { onOpen?: () => void }) {
  const { clerk } = useSession();
  if (clerk.standing === "failed" || clerk.standing === "retrying") {
    return (
      <div role="alert">
        <p>{text.session.clerkFailed}</p>
        <Button onClick={clerk.retry} busy={clerk.standing === "retrying"}>
          {text.ui.retry}
        </Button>
      </div>
    );
  }
  const open = () => {
    onOpen?.();
    clerk.clerk?.openSignIn();
  };
  return (
    <Button kind="primary" onClick={open}>
      {text.session.signIn}
    </Button>
  );
}
