/** Parts of the page that come later: when they are needed first, or before, once there is nothing else to do. */

import { type ComponentType, type ReactNode, useEffect, useState } from "react";
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
 * The default component of a module that is loaded when it is shown first, or by `usePartsAhead`. If it can't be had,
 * something says so in its stead: without the network it comes by itself once that is back; if a newer page took the
 * place of this one, the way on is to load that.
 */
export function part<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  { waiting = null, missing = NotLoaded }: PartOptions<Props> = {},
): Part<Props> {
  let here: ComponentType<Props> | null = null;

  async function fetch() {
    if (here !== null) return;
    // Browsers ask for a module once: what is tried in vain now is lost to this page for good.
    if (!navigator.onLine) throw new Error("there is no network");
    here = (await load()).default;
  }

  const source = { now: () => here, fetch, waiting, missing };
  known.push(source);
  return Object.assign((props: Props) => <Shown source={source} given={props} />, { fetch });
}

function Shown<Props extends object>({ source, given }: { source: Source<Props>; given: Props }) {
  const Here = source.now();
  const standing = useFetched(Here === null ? source.fetch : null);
  if (Here !== null) return <Here {...given} />;
  if (standing === "coming" || standing === "here") return source.waiting;
  return <source.missing {...given} offline={standing === "offline"} />;
}

/** Fetches what is not here, and draws again when it is or can't be had; null: nothing is to be fetched. */
function useFetched(fetch: (() => Promise<void>) | null): "coming" | "here" | "offline" | "gone" {
  const [standing, setStanding] = useState<"coming" | "here" | "offline" | "gone">("coming");
  useEffect(() => {
    if (fetch === null || standing !== "coming") return;
    let wanted = true;
    fetch().then(
      () => wanted && setStanding("here"),
      () => wanted && setStanding(navigator.onLine ? "gone" : "offline"),
    );
    return () => {
      wanted = false;
    };
  }, [fetch, standing]);

  useEffect(() => {
    if (standing !== "offline") return;
    const again = () => setStanding("coming");
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [standing]);
  return standing;
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

// Vite takes a style sheet that failed for one that is there, as long as its element is.
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.remove();
  },
  true,
);
