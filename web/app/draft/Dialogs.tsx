/** The dialogs of a draft; each is loaded when it is opened first. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";
import type { Rights } from "./rules.ts";

const missing = NotLoadedDialog;
const PeopleSheet = part(() => import("../people/PeopleSheet.tsx"), { missing });
const InviteDialog = part(() => import("../people/InviteDialog.tsx"), { missing });
const SettingsDialog = part(() => import("../people/SettingsDialog.tsx"), { missing });
const ShareDialog = part(() => import("./ShareDialog.tsx"), { missing });
const AskDialog = part(() => import("./AskDialog.tsx"), { missing });

export type Opened = "people" | "invite" | "settings" | "share" | "complete" | "archive";

export interface DialogsProps {
  opened: Opened | null;
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
  send: DraftActions["send"];
  onClose: () => void;
}

export function Dialogs({ opened, draft, rights, names, send, onClose }: DialogsProps) {
  const { draft_id: draftId } = draft;
  if (opened === null) return null;
  if (opened === "complete" || opened === "archive") {
    return <AskDialog what={opened} draftId={draftId} names={names} send={send} onClose={onClose} />;
  }
  return (
    <>
      {opened === "people" && <PeopleSheet draftId={draftId} open onClose={onClose} />}
      {opened === "invite" && <InviteDialog draftId={draftId} open onClose={onClose} />}
      {opened === "settings" && <SettingsDialog draftId={draftId} open onClose={onClose} />}
      {opened === "share" && <ShareDialog draft={draft} download={rights.export} onClose={onClose} />}
    </>
  );
}
