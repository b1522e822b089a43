/**
 * Whatever happens: a service that keeps its promises, a network that keeps none, and a reader who has to be right.
 *
 * ONERING_SEED repeats a run, whose seed is in the name of the test; ONERING_RUNS makes more of them.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { action } from "./actions.ts";
import { Story } from "./story.ts";

const SEED = Number(process.env.ONERING_SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.ONERING_RUNS ?? 100);

describe(`a reader, whatever happens to the network and the service (seed ${SEED})`, () => {
  it("sees every event once and in order, is never wrong about being live, and ends with the same draft", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 80, size: "max" }),
        fc.nat(2 ** 31 - 1),
        async (actions, jitter) => {
          const story = new Story(jitter);
          await story.simulator.clock.pass(jitter % 300);
          for (const each of actions) await story.act(each);
          await story.heal();
          const { live, simulator, outcomes, keys, faults } = story;
          const { model } = simulator;
          const state = live.getState();
          expect(faults).toEqual([]);
          expect(state).toMatchObject({
            standing: "live",
            version: model.head,
            epoch: model.epochId,
            older: "none",
            sending: 0,
          });
          expect(state.draft).toEqual(model.draft());
          expect(state.written).toEqual(model.draft().segments.map((segment) => ({ segment, state: "stored" })));
          inOrder(story);
          expect([...outcomes.keys()].sort()).toEqual([...keys].sort());
          for (const key of keys) settledOnce(story, key);
          live.stop();
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: false },
    );
  }, 240_000);
});

/** Of each log, each event once and after the one before; what a snapshot showed is no event any more. */
function inOrder({ events, simulator }: Story): void {
  for (const epoch of new Set(events.map((each) => each.epoch))) {
    const shown = new Set(simulator.snapshots.filter((each) => each.epoch === epoch).map(({ version }) => version));
    let last = 0;
    for (const { event } of events.filter((each) => each.epoch === epoch)) {
      expect(event.version).toBeGreaterThan(last);
      expect(event.version === last + 1 || shown.has(event.version - 1)).toBe(true);
      last = event.version;
    }
  }
}

function settledOnce({ simulator, live, outcomes }: Story, key: string): void {
  const { model } = simulator;
  const times = model.log.filter((event) => event.idempotency_key === key).length;
  const refused = live.getState().refused.filter((item) => item.key === key).length;
  if (outcomes.get(key) === "rejected") {
    expect(times).toBe(0);
    expect(refused).toBe(1);
  } else if (model.epoch === 1) {
    expect(times).toBe(1);
    expect(refused).toBe(0);
  } else expect(times).toBeLessThanOrEqual(1);
}
