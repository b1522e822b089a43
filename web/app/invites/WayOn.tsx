import { Link } from "wouter";
import { text } from "../strings.ts";
import type { InvitationRead } from "./invitation.ts";

const words = text.invite.page;

/** The way to the draft, for whoever may read it: to them its title is told. */
export function WayOn({ invite }: { invite: InvitationRead }) {
  return invite.draft_title === null ? (
    <Link href="/">{words.toDrafts}</Link>
  ) : (
    <Link href={`/drafts/${invite.draft_id}`}>{words.toDraft}</Link>
  );
}
