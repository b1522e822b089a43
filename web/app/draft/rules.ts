/** What a person may do with a draft: the service's rules, known beforehand so that nothing is offered that it refuses. */

import type { Draft, Role, Segment } from "@onering/client";
import { reclaimableFrom } from "./turn.ts";

/** What one person may do with one draft at this moment; named after the commands where there is one. */
export interface Rights {
  readonly role: Role | null;
  readonly holds: boolean;
  /** Add, amend and withdraw segments. */
  readonly write: boolean;
  readonly pass: boolean;
  readonly nudge: boolean;
  /** From when on they may reclaim the ring; null: never, or there is no need to. */
  readonly reclaimFrom: Date | null;
  readonly edit: boolean;
  readonly lock: boolean;
  readonly unlock: boolean;
  readonly complete: boolean;
  readonly reopen: boolean;
  readonly archive: boolean;
  readonly invite: boolean;
  /** Take the text with them as a file. */
  readonly export: boolean;
}

/** The role of a person in a draft; null for a stranger and for nobody. */
export function roleOf(draft: Draft, userId: string | null): Role | null {
  return draft.members.find((member) => member.user_id === userId)?.role ?? null;
}

/** What `userId` (null: somebody who is not signed in) may do with `draft`. */
export function rightsOf(draft: Draft, userId: string | null): Rights {
  const role = roleOf(draft, userId);
  const { status } = draft;
  const open = status === "active" || status === "locked";
  const holds = role !== null && draft.ring_state.current_holder_id === userId;
  const owns = role === "owner";
  const waits = open && !holds && role !== null;
  return {
    role,
    holds,
    write: holds && status === "active",
    pass: holds && open,
    nudge: waits,
    reclaimFrom: waits && role !== "viewer" ? reclaimableFrom(draft, role) : null,
    edit: owns && open,
    lock: owns && status === "active",
    unlock: owns && status === "locked",
    complete: owns && open,
    reopen: owns && !open,
    archive: owns && open,
    invite: open && (owns || holds),
    export: role !== null,
  };
}

/** Whether `userId` may change this segment now: its author, while it is their turn. */
export function mayAmend(rights: Rights, segment: Segment, userId: string | null): boolean {
  return rights.write && segment.author_user_id === userId;
}
