/** What the owner can do with a draft, and everybody else. */

import type { Command, Draft, DraftActions, DraftState } from "@onering/client";
import { text } from "../strings.ts";
import { MoreIcon } from "../ui/icons.tsx";
import { Menu, type MenuItem } from "../ui/Menu.tsx";
import { toast } from "../ui/toast.ts";
import type { Opened } from "./Dialogs.tsx";
import { reasonOf } from "./reasons.ts";
import type { Rights } from "./rules.ts";

export interface HeadMenuProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
  send: DraftActions["send"];
  onRename: () => void;
  onFind: () => void;
  onOpen: (opened: Opened) => void;
}

/** The commands that need no more than the draft they are about. */
type Step = Extract<Command, { type: "lock-draft" | "unlock-draft" | "reopen-draft" }>["type"];

export function HeadMenu(props: HeadMenuProps) {
  return <Menu label={text.draft.head.more} button={<MoreIcon />} items={itemsOf(props)} />;
}

function itemsOf({ draft, rights, names, send, onRename, onFind, onOpen }: HeadMenuProps): (MenuItem | "separator")[] {
  const words = text.draft.head;

  function step(type: Step) {
    send({ type, draft_id: draft.draft_id }).then(
      () => toast({ kind: "good", title: words.done[type] }),
      (reason: unknown) => toast({ kind: "bad", title: words.failed, body: reasonOf(reason, names) }),
    );
  }

  const common: (MenuItem | false)[] = [
    { label: words.find, onSelect: onFind },
    { label: words.people, onSelect: () => onOpen("people") },
    { label: words.share, onSelect: () => onOpen("share") },
  ];
  const owners: (MenuItem | false)[] = [
    rights.edit && { label: words.rename, onSelect: onRename },
    rights.edit && { label: words.settings, onSelect: () => onOpen("settings") },
    rights.lock && { label: words.lock, onSelect: () => step("lock-draft") },
    rights.unlock && { label: words.unlock, onSelect: () => step("unlock-draft") },
    rights.complete && { label: words.complete, onSelect: () => onOpen("complete") },
    rights.reopen && { label: words.reopen, onSelect: () => step("reopen-draft") },
    rights.archive && { label: words.archive, onSelect: () => onOpen("archive") },
  ];
  const [first = [], last = []] = [owners, common].map((items) => items.filter((item) => item !== false));
  return first.length > 0 ? [...first, "separator", ...last] : last;
}
