/** A list of drafts in a component. */

import type { DraftsQuery, ListedDraft } from "../model.ts";
import type { Refused, Unreachable } from "../refusals.ts";
import { useGet } from "./useGet.ts";

/** What is known of a list of drafts. */
export interface DraftsState {
  readonly drafts: readonly ListedDraft[];
  readonly loading: boolean;
  readonly error: Refused | Unreachable | null;
  /** Shows another page; null if there is none. */
  readonly more: (() => void) | null;
  readonly refresh: () => void;
}

/** The drafts that a query finds, a page and then more. */
export function useDrafts(query: Omit<DraftsQuery, "cursor"> = {}): DraftsState {
  const { data, loading, error, refresh } = useGet("/v1/collab/drafts", { query });
  return { drafts: data?.data ?? [], loading, error, more: null, refresh };
}
