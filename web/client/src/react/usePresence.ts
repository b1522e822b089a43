/** Who is there. */

import { useMemo, useSyncExternalStore } from "react";
import type { Presence } from "../live/state.ts";
import { useLive } from "./useDraft.ts";

/** Who follows a draft, and the user id of whoever writes at the moment. */
export function usePresence(draftId: string): Presence & { readonly typing: string | null } {
  const live = useLive(draftId);
  const presence = useSyncExternalStore(live.subscribe, () => live.getState().presence);
  const typing = useSyncExternalStore(live.subscribe, () => live.getState().typing);
  return useMemo(() => ({ ...presence, typing }), [presence, typing]);
}
