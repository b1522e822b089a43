/** What the text is called, how it stands, who is there, and what can be done with it. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { memo, useState } from "react";
import { Link } from "wouter";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { ConnectionBadge } from "../ui/ConnectionBadge.tsx";
import { EyeIcon, LockIcon } from "../ui/icons.tsx";
import { Dialogs, type Opened } from "./Dialogs.tsx";
import styles from "./Head.module.css";
import { HeadMenu } from "./HeadMenu.tsx";
import { People } from "./People.tsx";
import type { Rights } from "./rules.ts";
import { StatusNote } from "./StatusNote.tsx";
import { Title } from "./Title.tsx";

export interface HeadProps {
  draft: Draft;
  rights: Rights;
  me: string | null;
  names: DraftState["names"];
  standing: DraftState["standing"];
  /** The most code points of a title. */
  titleLimit: number;
  send: DraftActions["send"];
  onFind: () => void;
}

export const Head = memo(function Head(props: HeadProps) {
  const { draft, rights, me, names, standing, titleLimit, send, onFind } = props;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [renaming, setRenaming] = useState(false);
  const writes = rights.role === "owner" || rights.role === "contributor";
  return (
    <header className={styles.head}>
      <div className={styles.facts}>
        <ConnectionBadge standing={standing} readOnly={!writes} />
        <span className={styles.visibility} title={text.draft.head.visibilityWhy[draft.visibility]}>
          {draft.visibility === "public" ? <EyeIcon /> : <LockIcon />}
          {text.draft.head.visibility[draft.visibility]}
        </span>
        <HeadMenu
          draft={draft}
          rights={rights}
          names={names}
          send={send}
          onRename={() => setRenaming(true)}
          onFind={onFind}
          onOpen={setOpened}
        />
      </div>
      <Title
        draft={draft}
        limit={titleLimit}
        names={names}
        send={send}
        renaming={renaming && rights.edit}
        onRename={rights.edit ? setRenaming : null}
      />
      {draft.description !== "" && (
        <p className={styles.description} dir="auto">
          {draft.description}
        </p>
      )}
      <div className={styles.around}>
        <People draft={draft} me={me} names={names} onOpen={() => setOpened("people")} />
        <nav className={styles.links} aria-label={text.draft.head.about}>
          <Link href={`/drafts/${draft.draft_id}/history`}>{text.draft.head.history}</Link>
          {rights.invite && (
            <Button kind="quiet" onClick={() => setOpened("invite")}>
              {text.draft.head.invite}
            </Button>
          )}
          <Button kind="quiet" onClick={() => setOpened("share")}>
            {text.draft.head.share}
          </Button>
        </nav>
      </div>
      <StatusNote draft={draft} rights={rights} names={names} />
      <Dialogs
        opened={opened}
        draft={draft}
        rights={rights}
        names={names}
        send={send}
        onClose={() => setOpened(null)}
      />
    </header>
  );
});
