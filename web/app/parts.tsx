/** Parts of the page that come later: when they are needed first, or before, once there is nothing else to do. */

import { type ComponentType, type ReactNode, useCallback, useEffect, useState } from "react";
import { type NoPart, NotLoaded } from "./NotLoaded.tsx";

export interface PartOptions<Props> {
  /** What stands there until it has come; nothing where that is left out. */
  waiting?: ReactNode;
  /** What stands there if it can't be had, in its props; words about it where that is left out. */
  missing?: ComponentType<Props & NoPart>;
}

/** A component in a file of its own. */
export type Part<Props> = ComponentType<Props> & {
  /** Fetches it, unless it is here; rejects if it can't be had now. */
  readonly fetch: () => Promise<void>;
};

interface Source<Props> extends Required<PartOptions<Props>> {
  readonly now: () => ComponentType<Props> | null;
  readonly fetch: () => Promise<void>;
}

const known: { readonly fetch: () => Promise<void> }[] = [];

/**
 * The default component of a module that is loaded when it is shown first, or by `usePartsAhead`. If it can't be had
 * (there is no network, or a newer page took its place), something says so in its stead, and a way leads on; it comes
 * by itself once the browser is connected again.
 */
export function part<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  { waiting = null, missing = NotLoaded }: PartOptions<Props> = {},
): Part<Props> {
  let here: ComponentType<Props> | null = null;

  async function fetch() {
    here ??= (await load()).default;
  }

  const source = { now: () => here, fetch, waiting, missing };
  known.push(source);
  return Object.assign((props: Props) => <Shown source={source} given={props} />, { fetch });
}

function Shown<Props extends object>({ source, given }: { source: Source<Props>; given: Props }) {
  const Here = source.now();
  const { failed, again } = useFetched(Here === null ? source.fetch : null);
  if (Here !== null) return <Here {...given} />;
  return failed ? <source.missing {...given} again={again} /> : source.waiting;
}

/** Fetches what is not here, and draws again when it is; null: nothing is to be fetched. */
function useFetched(fetch: (() => Promise<void>) | null): { failed: boolean; again: () => void } {
  const [standing, setStanding] = useState<"coming" | "here" | "failed">("coming");
  useEffect(() => {
    if (fetch === null || standing !== "coming") return;
    let wanted = true;
    const become = (next: "here" | "failed") => () => wanted && setStanding(next);
    fetch().then(become("here"), become("failed"));
    return () => {
      wanted = false;
    };
  }, [fetch, standing]);

  const again = useCallback(() => setStanding("coming"), []);
  const failed = standing === "failed";
  useEffect(() => {
    if (!failed) return;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [failed, again]);
  return { failed, again };
}

/** Once the page is `ready`, and has nothing else to do, fetches all its parts: they are there without the network. */
export function usePartsAhead(ready: boolean): void {
  useEffect(() => {
    if (!ready) return;
    whenIdle(() => {
      // What can't be had now is fetched when it is shown.
      for (const { fetch } of known) fetch().catch(() => {});
    });
  }, [ready]);
}

/* Safari has no idle time to tell of. */
const whenIdle = (run: () => void): unknown =>
  typeof requestIdleCallback === "function" ? requestIdleCallback(run) : setTimeout(run, 1);

// A style sheet that failed counts as asked for as long as its element stands; without it, it is asked for again.
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.remove();
  },
  true,
);
