import { useCallback, useEffect, useState } from "react";
import { type ClerkPage, loadClerk } from "./clerk.ts";
import { useClerkPerson } from "./useClerkPerson.ts";

/** How long readers are kept waiting for Clerk; it may still come later. */
const PATIENCE_MS = 5_000;

export interface ClerkState {
  /** "absent": the service is run without Clerk. "failed" may still become "ready", by itself or by `retry`. */
  standing: "absent" | "loading" | "ready" | "failed" | "retrying";
  clerk: ClerkPage | null;
  /** As the service calls them. */
  userId: string | null;
  /** Load it again, after it failed. */
  retry: () => void;
}

/** Clerk with that publishable key, and who is signed in with it; undefined while the key is not known yet. */
export function useClerk(publishableKey: string | null | undefined): ClerkState {
  const [clerk, setClerk] = useState<ClerkPage | null>(null);
  const [failure, setFailure] = useState<"none" | "failed" | "retrying">("none");
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another run.
  useEffect(() => {
    if (!publishableKey) return;
    let wanted = true;
    const fail = () => wanted && setFailure("failed");
    const patience = setTimeout(fail, PATIENCE_MS);
    loadClerk(publishableKey).then((loaded) => wanted && setClerk(loaded), fail);
    return () => {
      wanted = false;
      clearTimeout(patience);
    };
  }, [publishableKey, attempt]);

  const retry = useCallback(() => {
    setFailure("retrying");
    setAttempt((before) => before + 1);
  }, []);
  const { userId, asking } = useClerkPerson(clerk);
  const waiting = failure === "none" ? "loading" : failure;
  const standing = clerk === null ? waiting : asking ? "loading" : "ready";
  return { standing: publishableKey === null ? "absent" : standing, clerk, userId, retry };
}
