/** The text in the composer. */

import type { Written } from "@onering/client";
import { useLayoutEffect, useMemo, useSyncExternalStore } from "react";
import { UnsentText } from "./unsentText.ts";

export interface Unsent extends Pick<UnsentText, "type" | "hand"> {
  readonly text: string;
}

/** The unsent text of `userId` for a draft, in which `written` stands. */
export function useUnsent(userId: string, draftId: string, written: readonly Written[]): Unsent {
  const unsent = useMemo(() => UnsentText.of(userId, draftId), [userId, draftId]);
  const text = useSyncExternalStore(unsent.subscribe, unsent.getText);
  useLayoutEffect(() => unsent.shows(written), [unsent, written]);
  const { type, hand } = unsent;
  return { text, type, hand };
}
