import type { Draft, Member } from "@onering/client";
import { useLocation } from "wouter";
import { text } from "../strings.ts";
import { toast } from "../ui/toast.ts";
import type { Asking } from "./asking.ts";
import { Confirm } from "./Confirm.tsx";
import InviteDialog from "./InviteDialog.tsx";
import { TransferDialog } from "./TransferDialog.tsx";

export interface AskedProps {
  asking: Asking;
  draft: Draft;
  me: string;
  onClose: () => void;
}

/** The dialog for what the panel asks about. */
export function Asked({ asking, ...rest }: AskedProps) {
  switch (asking.what) {
    case "remove":
      return <Remove member={asking.member} {...rest} />;
    case "toReader":
      return <ToReader member={asking.member} {...rest} />;
    case "transfer":
      return <TransferDialog to={asking.to} {...rest} />;
    case "leave":
      return <Leave {...rest} />;
    case "invite":
      return (
        <InviteDialog draftId={rest.draft.draft_id} open to={asking.to} role={asking.role} onClose={rest.onClose} />
      );
  }
}

type About = Omit<AskedProps, "asking"> & { member: Member };

const holds = (draft: Draft, userId: string) => draft.ring_state.current_holder_id === userId;

function Remove({ draft, member, onClose }: About) {
  const words = text.people.remove;
  const done = () => {
    toast({ title: words.done(member.display), kind: "good" });
    onClose();
  };
  return (
    <Confirm
      title={words.title(member.display)}
      confirm={words.confirm}
      danger
      command={{ type: "remove-collaborator", draft_id: draft.draft_id, collaborator_id: member.user_id }}
      onDone={done}
      onClose={onClose}
    >
      <p>{words.what(member.display)}</p>
      {draft.visibility === "private" && <p>{words.private(member.display)}</p>}
      {holds(draft, member.user_id) && <p>{words.holds(member.display)}</p>}
    </Confirm>
  );
}

function ToReader({ draft, member, onClose }: About) {
  const words = text.people.toReader;
  const done = () => {
    toast({ title: text.people.nowReads(member.display), kind: "good" });
    onClose();
  };
  return (
    <Confirm
      title={words.title(member.display)}
      confirm={words.confirm}
      command={{ type: "change-role", draft_id: draft.draft_id, collaborator_id: member.user_id, role: "viewer" }}
      onDone={done}
      onClose={onClose}
    >
      <p>{words.holds(member.display)}</p>
    </Confirm>
  );
}

function Leave({ draft, me, onClose }: Omit<AskedProps, "asking">) {
  const words = text.people.leave;
  const [, navigate] = useLocation();
  const done = () => {
    toast({ title: words.done(draft.title) });
    onClose();
    if (draft.visibility === "private") navigate("/");
  };
  return (
    <Confirm
      title={words.title}
      confirm={words.confirm}
      danger
      command={{ type: "remove-collaborator", draft_id: draft.draft_id, collaborator_id: me }}
      onDone={done}
      onClose={onClose}
    >
      <p>{words.what}</p>
      {draft.visibility === "private" && <p>{words.private}</p>}
      {holds(draft, me) && <p>{words.holds}</p>}
    </Confirm>
  );
}
