import { useLayoutEffect, useState } from "react";
import { heldToken, holdToken } from "./heldToken.ts";

/** The token of the invitation whose page this is, as soon as its address has one; it is gone from there then. */
export function useHeldToken(inviteId: string): string | null {
  const [token, setToken] = useState(() => heldToken(inviteId));
  useLayoutEffect(() => {
    const take = () => {
      holdToken();
      setToken(heldToken(inviteId));
    };
    take();
    // Another link of the same invitation, opened in the same window, loads no page.
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, [inviteId]);
  return token;
}
