import type { ListedDraft } from "@onering/client";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { CheckIcon, LockIcon, RingIcon } from "../ui/icons.tsx";
import { Phrase } from "../ui/Phrase.tsx";
import { isMyTurn } from "./order.ts";
import styles from "./Whose.module.css";

/** Whose turn it is, or why it is nobody's. */
export function Whose({ draft, me }: { draft: ListedDraft; me: string | null }) {
  if (isMyTurn(draft, me)) {
    return (
      <span className={`${styles.whose} ${styles.mine}`}>
        <RingIcon size={16} />
        {text.home.yourTurn}
      </span>
    );
  }
  if (draft.status !== "active") {
    return (
      <span className={styles.whose}>
        {draft.status === "locked" ? <LockIcon /> : <CheckIcon />}
        {text.home.status[draft.status]}
      </span>
    );
  }
  const holder = draft.ring_state.current_holder_id;
  const name = draft.members.find(({ user_id }) => user_id === holder)?.display ?? holder;
  return (
    <span className={styles.whose}>
      <Avatar userId={holder} name={name} size={22} holder />
      <span>
        <Phrase say={text.home.turnOf}>
          <bdi>{name}</bdi>
        </Phrase>
      </span>
    </span>
  );
}
