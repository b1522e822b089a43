import type { GrantedRole, NewInvite } from "@onering/client";
import { useDraft } from "@onering/client/react";
import { useState } from "react";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { called } from "./called.ts";
import { InviteForm } from "./InviteForm.tsx";
import { InviteMade } from "./InviteMade.tsx";

export interface InviteDialogProps {
  draftId: string;
  open: boolean;
  onClose: () => void;
  /** Whom to begin with: a user id, or a handle with its @. */
  to?: string;
  role?: GrantedRole;
}

/** Asks one person into a draft, and then shows the link for them: once, while it is open. */
export default function InviteDialog({ open, ...rest }: InviteDialogProps) {
  return open ? <OpenInviteDialog {...rest} /> : null;
}

function OpenInviteDialog({ draftId, onClose, to = "", role = "contributor" }: Omit<InviteDialogProps, "open">) {
  const { draft } = useDraft(draftId);
  const { userId, me } = useSession();
  const [made, setMade] = useState<NewInvite | null>(null);
  const [first, setFirst] = useState({ to, role });
  const another = () => {
    setFirst({ to: "", role: "contributor" });
    setMade(null);
  };
  return (
    <Dialog
      open
      title={made === null ? text.invite.title : text.invite.made(called(made.target_user_id, made.target_display))}
      onClose={onClose}
    >
      {made === null ? (
        draft !== null && (
          <InviteForm draft={draft} me={{ userId, handle: me?.handle ?? null }} {...first} onMade={setMade} />
        )
      ) : (
        <InviteMade invite={made} title={draft?.title ?? ""} onAnother={another} onDone={onClose} />
      )}
    </Dialog>
  );
}
