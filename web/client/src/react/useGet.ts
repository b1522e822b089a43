/** One answer of the service in a component. */

import { useCallback, useEffect, useState } from "react";
import type { Answer, Common, PathWith, ReadOptions } from "../operations.ts";
import type { Refused, Unreachable } from "../refusals.ts";
import { isFault } from "../refusals.ts";
import { useOneRing } from "./provider.ts";

/** What is known of an answer. */
export interface ReadState<Data> {
  /** The newest answer, also while another is on its way and after one failed. */
  readonly data: Data | null;
  readonly loading: boolean;
  /** Why the newest attempt brought nothing. */
  readonly error: Refused | Unreachable | null;
  readonly refresh: () => void;
}

interface Settled<Data> {
  readonly of: string;
  readonly data: Data | null;
  readonly error: Refused | Unreachable | null;
}

/** Reads a route when it is mounted, when its options change, and on `refresh()`; with null for options, nothing. */
export function useGet<P extends PathWith<"get">>(
  path: P,
  options: Omit<ReadOptions<P>, keyof Common> | null,
): ReadState<Answer<"get", P>> {
  type Data = Answer<"get", P>;
  const client = useOneRing();
  const [settled, setSettled] = useState<Settled<Data> | null>(null);
  const [asked, setAsked] = useState(0);
  const [loading, setLoading] = useState(options !== null);
  // Callers write the options in place, so they are told apart by what they say.
  const of = options === null ? null : JSON.stringify([client.userId, path, options]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` stands for the path and the options, `asked` for refresh().
  useEffect(() => {
    setLoading(of !== null);
    if (of === null) return;
    const ended = new AbortController();
    const settle = (next: (before: Settled<Data> | null) => Settled<Data>) => {
      if (ended.signal.aborted) return;
      setSettled((before) => next(before?.of === of ? before : null));
      setLoading(false);
    };
    const read = client.get as (path: P, options: object) => Promise<Data>;
    read.call(client, path, { ...options, signal: ended.signal }).then(
      (data) => settle(() => ({ of, data, error: null })),
      (fault: unknown) => settle((before) => ({ of, data: before?.data ?? null, error: isFault(fault) })),
    );
    return () => ended.abort();
  }, [client, of, asked]);

  const known = settled?.of === of ? settled : null;
  const refresh = useCallback(() => setAsked((times) => times + 1), []);
  return {
    data: known?.data ?? null,
    loading: loading || (of !== null && known === null),
    error: known?.error ?? null,
    refresh,
  };
}
