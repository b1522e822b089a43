import type { Draft, Member, Presence, Written } from "@onering/client";

/** What there is to say of one person in a draft. */
export interface PersonFacts {
  readonly member: Member;
  readonly holds: boolean;
  /** Undefined: in a crowd, not everybody is named. */
  readonly here: boolean | undefined;
  /** They may write and never did; false while a part of the text is not loaded, for then nobody knows. */
  readonly silent: boolean;
}

const RANK = { owner: 0, contributor: 1, viewer: 2 } as const;

/** Return everybody of a draft: its owner, then who writes, then who reads, each in order of joining. */
export function factsOf(
  draft: Draft,
  { written, older, presence }: { written: readonly Written[]; older: string; presence: Presence },
): readonly PersonFacts[] {
  const authors = new Set(written.map(({ segment }) => segment.author_user_id));
  const here = new Set(presence.people);
  return draft.members
    .toSorted((one, other) => RANK[one.role] - RANK[other.role])
    .map((member) => ({
      member,
      holds: member.user_id === draft.ring_state.current_holder_id,
      here: here.has(member.user_id) || (presence.complete ? false : undefined),
      silent: older === "none" && member.role !== "viewer" && !authors.has(member.user_id),
    }));
}
