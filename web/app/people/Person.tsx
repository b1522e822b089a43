import type { Draft, Member } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { text } from "../strings.ts";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import type { Asking } from "./asking.ts";
import type { PersonFacts } from "./facts.ts";
import { MemberRow } from "./MemberRow.tsx";
import { useWish } from "./wish.ts";

export interface PersonProps {
  facts: PersonFacts;
  draft: Draft;
  userId: string | null;
  closed: boolean;
  onAsk: (asking: Asking) => void;
}

/** One row; for the owner, with what can be done with that person. */
export function Person({ facts, draft, userId, closed, onAsk }: PersonProps) {
  const client = useOneRing();
  const { error, ask, forget } = useWish();
  const { member, holds } = facts;
  const owns = draft.members.some((one) => one.user_id === userId && one.role === "owner");

  const grant = async (role: "contributor" | "viewer") => {
    const command = { type: "change-role", draft_id: draft.draft_id, collaborator_id: member.user_id, role } as const;
    if ((await ask(command, (key) => client.send(command, { key }))) === null) return;
    toast({ title: said(role, member), kind: "good" });
  };
  const changeRole = () => {
    if (member.role === "viewer") grant("contributor");
    else if (holds) onAsk({ what: "toReader", member });
    else grant("viewer");
  };
  const actions = {
    changeRole,
    makeOwner: () => onAsk({ what: "transfer", to: member.user_id }),
    remove: () => onAsk({ what: "remove", member }),
  };
  return (
    <>
      <MemberRow facts={facts} me={userId} actions={owns && !closed && member.role !== "owner" ? actions : null} />
      {error !== null && (
        <li>
          <Problem error={error} retry={forget} />
        </li>
      )}
    </>
  );
}

const said = (role: "contributor" | "viewer", { display }: Member) =>
  role === "contributor" ? text.people.nowWrites(display) : text.people.nowReads(display);
