import { Link } from "wouter";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Told } from "../ui/Told.tsx";

const say = text.history.ended;

/** Why a draft is not to be read, or no longer, by the feed's close code; and what to do. */
export function Ended({ code }: { code: number }) {
  const { askToSignIn } = useSession();
  if (code === 4401) {
    return (
      <Told why={say.signIn}>
        <Button kind="primary" onClick={() => askToSignIn(say.toRead)}>
          {text.history.members.signIn}
        </Button>
      </Told>
    );
  }
  return (
    <Told why={code === 4403 ? say.removed : code === 4404 ? say.missing : say.stopped}>
      <Link href="/">{text.page.home}</Link>
    </Told>
  );
}
