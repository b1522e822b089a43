import { Refused } from "@onering/client";
import { Link } from "wouter";
import { called } from "../people/called.ts";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import styles from "./invites.module.css";

const words = text.invite.page;

/** Why there is nothing to answer: it is somebody else's, there is none, or it could not be read. */
export function NoInvitation({ error, retry }: { error: Error; retry: () => void }) {
  if (error instanceof Refused && error.code === "forbidden") return <SomebodyElses />;
  if (error instanceof Refused && error.code === "not_found") {
    return (
      <div className={styles.sheet}>
        <p className={styles.lead}>{words.unknown}</p>
        <p>{words.unknownWhat}</p>
        <Link href="/">{words.toDrafts}</Link>
      </div>
    );
  }
  return <Problem error={error} retry={retry} />;
}

/** The service tells nobody but the two people of an invitation whom it is for. */
function SomebodyElses() {
  const { userId, me, signOut } = useSession();
  return (
    <div className={styles.sheet}>
      <p className={styles.lead}>{words.wrongPerson}</p>
      <p>{words.wrongPersonWhat(userId === null ? "" : called(userId, me?.display ?? userId))}</p>
      <div className={styles.buttons}>
        <Button kind="primary" onClick={signOut}>
          {words.otherPerson}
        </Button>
        <Link href="/">{words.toDrafts}</Link>
      </div>
    </div>
  );
}
