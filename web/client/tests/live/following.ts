/** A live draft in front of the simulated service. */

import { LiveDraft } from "../../src/live/live.ts";
import type { Standing } from "../../src/live/state.ts";
import type { DraftEvent } from "../../src/model.ts";
import { DRAFT } from "./model.ts";
import { Simulator } from "./simulator.ts";

export interface Following {
  readonly simulator: Simulator;
  readonly live: LiveDraft;
  readonly standings: Standing[];
  readonly events: DraftEvent[];
  readonly faults: unknown[];
  readonly pass: (milliseconds: number) => Promise<void>;
}

/** Starts to follow; `random` is what every draw gives. */
export function follow(random = 0.5, prepare: (simulator: Simulator) => void = () => {}): Following {
  const simulator = new Simulator();
  prepare(simulator);
  const faults: unknown[] = [];
  let keys = 0;
  const live = new LiveDraft({
    client: simulator.client,
    draftId: DRAFT,
    openSocket: simulator.openSocket,
    clock: simulator.clock,
    surroundings: simulator.surroundings,
    random: () => random,
    newKey: () => `key-${keys++}`,
    report: (fault) => faults.push(fault),
  });
  const standings: Standing[] = [];
  const events: DraftEvent[] = [];
  live.subscribe(() => {
    const { standing } = live.getState();
    if (standing !== standings.at(-1)) standings.push(standing);
  });
  live.onEvent((event) => events.push(event));
  live.start();
  return { simulator, live, standings, events, faults, pass: (milliseconds) => simulator.clock.pass(milliseconds) };
}

/** Follows, and is live. */
export async function followed(random = 0.5, prepare: (simulator: Simulator) => void = () => {}): Promise<Following> {
  const following = follow(random, prepare);
  await following.pass(200);
  following.standings.length = 0;
  return following;
}

/** Long enough for a connection to count as a good one. */
export const PROVED = 6_000;
