/** Clerk's tokens in a component. */

import { useEffect, useMemo, useReducer } from "react";
import { type ClerkLike, clerkTokens } from "../clerk.ts";
import type { TokenSource } from "../tokens.ts";

/** The tokens of whoever is signed in with Clerk; the component renders again when that changes. */
export function useClerkToken(clerk: ClerkLike): TokenSource {
  const tokens = useMemo(() => clerkTokens(clerk), [clerk]);
  const [, changed] = useReducer((times: number) => times + 1, 0);
  useEffect(() => tokens.onChange(changed), [tokens]);
  return tokens;
}
