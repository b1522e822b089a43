import { useGet } from "@onering/client/react";
import { usePartsAhead } from "../parts.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Page } from "../ui/Page.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { Invitation } from "./Invitation.tsx";
import styles from "./invites.module.css";
import { NoInvitation } from "./NoInvitation.tsx";
import { useHeldToken } from "./useHeldToken.ts";

const words = text.invite.page;

/** What a link `/invites/{id}#token=…` opens: who asks one into what, to say yes or no to. */
export default function InvitePage({ inviteId }: { inviteId: string }) {
  const token = useHeldToken(inviteId);
  const { userId } = useSession();
  usePartsAhead(true);
  return (
    <Page title={words.title}>
      {userId === null ? <SignedOut /> : <Opened inviteId={inviteId} me={userId} token={token} />}
    </Page>
  );
}

/** An invitation is told to the person whom it is for, so first of all they say who they are. */
function SignedOut() {
  const { askToSignIn } = useSession();
  return (
    <div className={styles.sheet}>
      <p className={styles.lead}>{words.signIn}</p>
      <p>{words.signInWhat}</p>
      <Button kind="primary" onClick={() => askToSignIn(words.signInWhy)}>
        {words.signInButton}
      </Button>
    </div>
  );
}

function Opened({ inviteId, me, token }: { inviteId: string; me: string; token: string | null }) {
  const { data, error, refresh } = useGet("/v1/collab/invites/{invite_id}", { path: { invite_id: inviteId } });
  if (data !== null) return <Invitation invite={data.data} me={me} token={token} onChange={refresh} />;
  return error === null ? <Spinner label={words.loading} /> : <NoInvitation error={error} retry={refresh} />;
}
