/** Clerk's tokens in a component. */

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { type ClerkLike, clerkTokens } from "../clerk.ts";
import type { TokenSource } from "../tokens.ts";

/** The tokens of whoever is signed in with Clerk; the component renders again when that changes. */
export function useClerkToken(clerk: ClerkLike): TokenSource {
  const tokens = useMemo(() => clerkTokens(clerk), [clerk]);
  const subscribe = useCallback((changed: () => void) => tokens.onChange(changed), [tokens]);
  useSyncExternalStore(subscribe, () => tokens.userId);
  return tokens;
}
