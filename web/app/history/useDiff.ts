/** What changed between two versions, from the service. */
import type { OneRing } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { useCallback, useEffect, useState } from "react";
import { composed, type Diff } from "./composed.ts";

/** How long both ends have to rest before they are compared, in milliseconds. */
const PATIENCE = 150;
/** The most events that one answer takes in. */
const LIMIT = 1000;

export interface DiffState {
  /** The last answer, also while another is on its way: it says which versions it is of. */
  readonly diff: Diff | null;
  readonly problem: Error | null;
  readonly retry: () => void;
}

/** Compares two versions, the earlier one first; nothing while they are the same. */
export function useDiff(draftId: string, from: number, to: number): DiffState {
  const client = useOneRing();
  const [diff, setDiff] = useState<Diff | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another reading.
  useEffect(() => {
    setProblem(null);
    if (from === to) return;
    const ended = new AbortController();
    const timer = setTimeout(() => {
      readDiff(client, draftId, from, to, ended.signal).then(setDiff, (reason: unknown) => {
        if (!ended.signal.aborted) setProblem(reason instanceof Error ? reason : new Error(String(reason)));
      });
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, draftId, from, to, tries]);
  return { diff, problem, retry: useCallback(() => setTries((times) => times + 1), []) };
}

async function readDiff(
  client: OneRing,
  draftId: string,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Diff> {
  const path = { draft_id: draftId };
  const page = async (cursor: string | null) => {
    const query = { from, to, limit: LIMIT, ...(cursor === null ? {} : { cursor }) };
    return (await client.get("/v1/collab/drafts/{draft_id}/diff", { path, query, signal })).data;
  };
  let whole = await page(null);
  while (whole.next_cursor !== null) whole = composed(whole, await page(whole.next_cursor));
  return whole;
}
