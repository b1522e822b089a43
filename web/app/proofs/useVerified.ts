import type { DraftEvent, Refused, Unreachable } from "@onering/client";
import { NotProved, type Proved, proofOf, storedMemory, verifyEvent } from "@onering/client/proofs";
import { useOneRing } from "@onering/client/react";
import { useCallback, useEffect, useState } from "react";

/** What is known of an event that is being verified; `file` is its proof, as soon as there is one. */
export type Verified =
  | { readonly is: "checking"; readonly file: null }
  | { readonly is: "proved"; readonly file: string; readonly proved: Proved }
  | { readonly is: "not-proved"; readonly file: string; readonly why: NotProved }
  | { readonly is: "unknown"; readonly file: null; readonly why: Refused | Unreachable | Error };

const CHECKING: Verified = { is: "checking", file: null };

export interface Event {
  readonly draftId: string;
  readonly version: number;
  /** As it is shown, where that is known. */
  readonly shown?: DraftEvent | undefined;
}

/** Verifies an event when it is mounted. */
export function useVerified({ draftId, version, shown }: Event) {
  const client = useOneRing();
  const [verified, setVerified] = useState<Verified>(CHECKING);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the same once more.
  useEffect(() => {
    const ended = new AbortController();
    const asked = { client, draftId, version, shown, signal: ended.signal };
    const settle = (next: Verified) => {
      if (!ended.signal.aborted) setVerified(next);
    };
    setVerified(CHECKING);
    verify(asked).then(settle, (fault: unknown) =>
      settle({ is: "unknown", file: null, why: fault instanceof Error ? fault : new Error(String(fault)) }),
    );
    return () => ended.abort();
  }, [client, draftId, version, shown, attempt]);

  const again = useCallback(() => setAttempt((times) => times + 1), []);
  const trustAnew = useCallback(() => {
    storedMemory(client.baseUrl).forget();
    again();
  }, [client, again]);
  return { verified, again, trustAnew };
}

async function verify(
  asked: Event & { client: ReturnType<typeof useOneRing>; signal: AbortSignal },
): Promise<Verified> {
  const file = await proofOf(asked);
  try {
    return { is: "proved", file, proved: await verifyEvent({ ...asked, text: file }) };
  } catch (fault) {
    if (fault instanceof NotProved) return { is: "not-proved", file, why: fault };
    throw fault;
  }
}
