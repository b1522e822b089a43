/** Who is who in a draft. */

import type { Draft } from "@onering/client";
import { called, type Names } from "./names.ts";

/** What a person is called: as was told last, or as a member; else by their id. */
export function nameOf(draft: Draft, names: Names, userId: string): string {
  return called(names, userId, draft.members.find((member) => member.user_id === userId)?.display ?? userId);
}

/** The user id of the owner. */
export function ownerOf(draft: Draft): string {
  return draft.members.find((member) => member.role === "owner")?.user_id ?? draft.creator_id;
}
