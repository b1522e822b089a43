import type { NewInvite } from "@onering/client";
import { useEffect, useRef } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { moment } from "../ui/format.ts";
import { called } from "./called.ts";
import { LinkField } from "./LinkField.tsx";
import styles from "./people.module.css";

export interface InviteMadeProps {
  invite: NewInvite;
  /** The draft's. */
  title: string;
  onAnother: () => void;
  onDone: () => void;
}

/** The link of an invitation that was just made, which nobody can be shown again. */
export function InviteMade({ invite, title, onAnother, onDone }: InviteMadeProps) {
  const name = called(invite.target_user_id, invite.target_display);
  const told = useRef<HTMLParagraphElement>(null);
  // The form that had the focus is gone.
  useEffect(() => told.current?.focus(), []);
  return (
    <>
      <p ref={told} tabIndex={-1} className={styles.told}>
        {text.invite.sendIt(name)}
      </p>
      <LinkField label={text.invite.link} url={invite.share_url} about={text.invite.shareText(title)} />
      <p className={styles.soft}>
        {text.invite.until} <time dateTime={invite.expires_at}>{moment(invite.expires_at)}</time>. {text.invite.once}
      </p>
      <div className={styles.actions}>
        <Button onClick={onAnother}>{text.invite.another}</Button>
        <Button kind="primary" onClick={onDone}>
          {text.invite.done}
        </Button>
      </div>
    </>
  );
}
