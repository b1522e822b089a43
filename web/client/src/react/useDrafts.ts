/** A list of drafts in a component. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { DraftsQuery, ListedDraft } from "../model.ts";
import type { Refused, Unreachable } from "../refusals.ts";
import { whileLooking } from "./looking.ts";
import { useOneRing } from "./provider.ts";
import { Shelf } from "./shelf.ts";

const EVERY = 30_000;

/** What is known of a list of drafts. */
export interface DraftsState {
  /** The pages that were read, one after the other; also while they are read again, and after that failed. */
  readonly drafts: readonly ListedDraft[];
  readonly loading: boolean;
  readonly error: Refused | Unreachable | null;
  /** Reads another page; null if there is none. */
  readonly more: (() => void) | null;
  readonly refresh: () => void;
}

/** The drafts that a query finds: a page, and with `more` the next ones.
 *
 * They are read again when the page is looked at or has its network back, and every 30 s while it is visible.
 */
export function useDrafts(query: Omit<DraftsQuery, "cursor"> = {}): DraftsState {
  const client = useOneRing();
  const { userId } = client;
  const asked = JSON.stringify(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what one person was shown is not for the next.
  const shelf = useMemo(() => new Shelf(client, JSON.parse(asked) as DraftsQuery), [client, userId, asked]);
  const { more, ...state } = useSyncExternalStore(shelf.subscribe, shelf.getState);

  useEffect(() => {
    shelf.refresh();
    const ended = whileLooking(EVERY, (why) => (why === "online" ? shelf.refresh() : shelf.refreshUnlessReading()));
    return () => {
      ended();
      shelf.stop();
    };
  }, [shelf]);

  return { ...state, more: more ? shelf.more : null, refresh: shelf.refresh };
}
