/** How the ring went from one to the next, counted. */
import type { components } from "@onering/client";

type RingPass = components["schemas"]["RingPass"];

export const WAYS = [
  "chosen",
  "most_inactive",
  "round_robin",
  "back_to_creator",
  "best_next",
  "reclaimed",
  "forced",
] as const;
export type Way = (typeof WAYS)[number];

/** By what the next person was chosen: a strategy, the holder, or since the holder could not keep the ring. */
export function wayOf({ strategy, reason }: Pick<RingPass, "strategy" | "reason">): Way {
  if (strategy !== null) return strategy;
  if (reason === null) return "chosen";
  return reason === "reclaimed" ? "reclaimed" : "forced";
}

/** How often each way was gone, the most frequent first; what never happened is left out. */
export function waysOf(passes: readonly RingPass[]): readonly (readonly [Way, number])[] {
  const counted = new Map<Way, number>();
  for (const pass of passes) counted.set(wayOf(pass), (counted.get(wayOf(pass)) ?? 0) + 1);
  return [...counted].sort(([a, times], [b, others]) => others - times || WAYS.indexOf(a) - WAYS.indexOf(b));
}
