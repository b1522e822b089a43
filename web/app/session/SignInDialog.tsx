import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { ContinueAs } from "./ContinueAs.tsx";
import { SignInWithClerk } from "./SignInWithClerk.tsx";
import { useSession } from "./session.ts";

/** Says why one has to sign in, and lets one do it in the way that this service has. */
export default function SignInDialog({ why, onClose }: { why: string; onClose: () => void }) {
  const { development, clerk } = useSession();
  const impossible = !development && clerk.standing === "absent";
  return (
    <Dialog open title={text.session.signInTo(why)} onClose={onClose}>
      {clerk.standing !== "absent" && <SignInWithClerk onOpen={onClose} />}
      {development && <ContinueAs />}
      {impossible && (
        <>
          <p>{text.session.impossible}</p>
          <Button onClick={onClose}>{text.ui.close}</Button>
        </>
      )}
    </Dialog>
  );
}
