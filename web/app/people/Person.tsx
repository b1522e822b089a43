import type { Member } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { memo } from "react";
import { text } from "../strings.ts";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import type { Asking } from "./asking.ts";
import type { PersonFacts } from "./facts.ts";
import { MemberRow } from "./MemberRow.tsx";
import { useWish } from "./wish.ts";

export interface PersonProps extends PersonFacts {
  draftId: string;
  me: string | null;
  /** Whether the reader may change what this person may do. */
  changes: boolean;
  onAsk: (asking: Asking) => void;
}

/** One row; for the owner, with what can be done with that person. A draft may have a thousand, so it is drawn again
 * only if something of this very person is other than it was.
 */
export const Person = memo(function Person({ draftId, me, changes, onAsk, ...facts }: PersonProps) {
  const client = useOneRing();
  const { error, ask, forget } = useWish();
  const { member, holds } = facts;

  const grant = async (role: "contributor" | "viewer") => {
    const command = { type: "change-role", draft_id: draftId, collaborator_id: member.user_id, role } as const;
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
      <MemberRow facts={facts} me={me} actions={changes && member.role !== "owner" ? actions : null} />
      {error !== null && (
        <li>
          <Problem error={error} retry={forget} />
        </li>
      )}
    </>
  );
});

const said = (role: "contributor" | "viewer", { display }: Member) =>
  role === "contributor" ? text.people.nowWrites(display) : text.people.nowReads(display);
