import { part } from "../parts.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import type { History } from "./useHistory.ts";

const Figures = part(() => import("../figures/Figures.tsx"), {
  waiting: <Spinner label={text.history.readingPictures} />,
});

/** A draft in pictures for its people; others are told for whom they are. */
export function Pictures({ history }: { history: History }) {
  const { userId, askToSignIn } = useSession();
  const say = text.history.members;
  if (!history.member) {
    return (
      <Empty title={say.pictures}>
        {userId === null && <Button onClick={() => askToSignIn(say.toSeePictures)}>{say.signIn}</Button>}
      </Empty>
    );
  }
  return <Figures draftId={history.draftId} version={history.head} nameOf={history.nameOf} />;
}
