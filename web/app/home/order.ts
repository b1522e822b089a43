import type { ListedDraft } from "@onering/client";

/** A draft waits for me: I hold its ring, and it takes segments. */
export const isMyTurn = (draft: ListedDraft, me: string | null): boolean =>
  me !== null && draft.status === "active" && draft.ring_state.current_holder_id === me;

/** My drafts as I want to see them. */
export interface Ordered {
  /** Those that wait for me, the longest waiting first. */
  mine: readonly ListedDraft[];
  /** The others, newest activity first; what was archived is put away. */
  others: readonly ListedDraft[];
}

/** Sorts all my drafts: `turns` are those whose ring is mine, `listed` a part of all by activity; one may be newer. */
export function ordered(turns: readonly ListedDraft[], listed: readonly ListedDraft[], me: string | null): Ordered {
  const newest = new Map<string, ListedDraft>();
  for (const draft of [...turns, ...listed]) {
    const known = newest.get(draft.draft_id);
    if (known === undefined || known.version < draft.version) newest.set(draft.draft_id, draft);
  }
  const all = [...newest.values()];
  return {
    mine: all.filter((draft) => isMyTurn(draft, me)).sort(by((draft) => draft.ring_state.passed_at)),
    others: all
      .filter((draft) => !isMyTurn(draft, me) && draft.status !== "archived")
      .sort(by((draft) => draft.updated_at))
      .reverse(),
  };
}

/** The service writes all times alike, so their order is that of their letters. */
const by = (key: (draft: ListedDraft) => string) => (one: ListedDraft, other: ListedDraft) =>
  key(one) < key(other) ? -1 : Number(key(one) > key(other));
