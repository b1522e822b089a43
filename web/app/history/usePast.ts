/** The draft as it was at the version that is looked at. */
import { useOneRing } from "@onering/client/react";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Past, type PastState } from "./past.ts";

/** Shows a version of a draft that has `head` of them; with 0, none. */
export function usePast(draftId: string, version: number, head: number): PastState & { readonly retry: () => void } {
  const client = useOneRing();
  const past = useMemo(
    () => new Past({ read: (at, signal) => client.draft(draftId, { at }, signal) }),
    [client, draftId],
  );
  useEffect(() => {
    if (version > 0) past.want(version, head);
  }, [past, version, head]);
  useEffect(() => () => past.stop(), [past]);
  const state = useSyncExternalStore(past.subscribe, past.getState);
  return useMemo(() => ({ ...state, retry: past.retry }), [state, past]);
}
