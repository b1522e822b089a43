import { describe, expect, it } from "vitest";
import type { LiveDraft } from "../../src/live/live.ts";
import type { Command } from "../../src/model.ts";
import { Refused, Unreachable } from "../../src/refusals.ts";
import { followed } from "./following.ts";
import { DRAFT, ME } from "./model.ts";
import type { Simulator } from "./simulator.ts";

const write = (content: string): Command => ({ type: "add-segment", draft_id: DRAFT, content });
const pass: Command = { type: "pass-ring", draft_id: DRAFT, to_user_id: "anna" };

const myTurn = ({ model }: Simulator) => {
  model.append("ring_passed", "anna", { from_user_id: "anna", to_user_id: ME });
};

const shown = (live: LiveDraft) => live.getState().written.map(({ segment, state }) => `${segment.content}: ${state}`);
const sent = ({ requests }: Simulator) => requests.filter((request) => request.startsWith("send"));

describe("what I write", () => {
  it("is there at once, and stored once the feed says so, before the answer", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    const outcome = live.send(write("One"));
    expect(shown(live)).toEqual(["One: sending"]);
    expect(live.getState()).toMatchObject({ sending: 1, draft: { segments: [] } });
    const [mine] = live.getState().written;
    expect(mine?.segment).toMatchObject({ author_user_id: ME, author_display: "Mia", segment_order: 0 });
    await go(45);
    expect(shown(live)).toEqual(["One: stored"]);
    expect(live.getState().sending).toBe(0);
    expect(await outcome).toMatchObject({ draft_id: DRAFT, version: 4, events: [{ idempotency_key: "key-0" }] });
    await go(1_000);
    expect(simulator.model.draft().segments).toHaveLength(1);
    expect(shown(live)).toEqual(["One: stored"]);
  });

  it("stays until the feed says so where the answer comes first", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.faults.push("late");
    const outcome = live.send(write("One"));
    await go(100);
    expect(await outcome).toMatchObject({ version: 4 });
    expect(shown(live)).toEqual(["One: sending"]);
    await go(1_000);
    expect(shown(live)).toEqual(["One: stored"]);
  });

  it("is neither lost nor there twice where the connection is lost meanwhile", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    const seen = new Set<string>();
    live.subscribe(() => seen.add(shown(live).join()));
    void live.send(write("One"));
    await go(35);
    simulator.close(1006);
    await go(1_000);
    expect([...seen]).toEqual(["One: sending", "One: stored"]);
  });

  it("is not there twice where a snapshot has it, while nobody answers", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.rest = "deaf";
    simulator.faults.push("dropped");
    const outcome = live.send(write("One"));
    await go(35);
    simulator.rest = "down";
    simulator.close(4005);
    await go(2_000);
    expect(shown(live)).toEqual(["One: stored"]);
    // So far behind that there comes another one, in which it is nothing new.
    for (let time = 0; time < 30; time++) simulator.model.append("draft_renamed", "anna", { title: `${time}` });
    simulator.close(1006);
    await go(2_000);
    expect(shown(live)).toEqual(["One: stored"]);
    expect(live.getState().sending).toBe(1);
    simulator.rest = "up";
    await go(30_000);
    expect(shown(live)).toEqual(["One: stored"]);
    expect(live.getState().sending).toBe(0);
    expect(await outcome).toMatchObject({ version: 4 });
    expect(new Set(sent(simulator))).toEqual(new Set(["send key-0"]));
  });

  it("is not confirmed by what somebody else did under the same key", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.rest = "down";
    void live.send(write("One"));
    await go(100);
    simulator.model.append("draft_renamed", "anna", { title: "Meanwhile" }, "key-0");
    simulator.spread();
    await go(100);
    expect(live.getState()).toMatchObject({ sending: 1, draft: { title: "Meanwhile" } });
    expect(shown(live)).toEqual(["One: sending"]);
  });

  it("that says the same as something else of mine is there as often as I wrote it", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    void live.send(write("Ho"));
    await go(200);
    simulator.rest = "down";
    void live.send(write("Ho"));
    expect(shown(live)).toEqual(["Ho: stored", "Ho: sending"]);
    for (let time = 0; time < 30; time++) simulator.model.append("draft_renamed", "anna", { title: `${time}` });
    simulator.close(1006);
    await go(2_000);
    expect(simulator.snapshots).toHaveLength(2);
    expect(shown(live)).toEqual(["Ho: stored", "Ho: sending"]);
    simulator.rest = "up";
    await go(60_000);
    expect(shown(live)).toEqual(["Ho: stored", "Ho: stored"]);
  });

  it("waits while nobody can be reached, and is sent again under its key", async () => {
    const { live, simulator, pass: go } = await followed(1, myTurn);
    simulator.rest = "down";
    const outcome = live.send(write("One"));
    await go(10_000);
    expect(shown(live)).toEqual(["One: sending"]);
    expect(sent(simulator).length).toBeGreaterThan(2);
    simulator.rest = "up";
    simulator.close(1006);
    await go(200);
    expect(shown(live)).toEqual(["One: stored"]);
    expect(await outcome).toMatchObject({ version: 4 });
    expect(new Set(sent(simulator))).toEqual(new Set(["send key-0"]));
  });

  it("is sent one after the other, in order", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.rest = "down";
    const all = Promise.all([live.send(write("One")), live.send(write("Two")), live.send(pass)]);
    await go(3_000);
    expect(new Set(sent(simulator))).toEqual(new Set(["send key-0"]));
    expect(shown(live)).toEqual(["One: sending", "Two: sending"]);
    simulator.rest = "up";
    await go(30_000);
    await all;
    expect(simulator.model.log.slice(3).map(({ idempotency_key }) => idempotency_key)).toEqual([
      "key-0",
      "key-1",
      "key-2",
    ]);
  });

  it("is asked for again where the log lost it after it was acknowledged", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.faults.push("dropped");
    await Promise.all([live.send(write("One")), go(100)]);
    expect(shown(live)).toEqual(["One: sending"]);
    simulator.restore(1);
    await go(1_000);
    expect(shown(live)).toEqual(["One: stored"]);
    expect(simulator.model.draft().segments).toHaveLength(1);
  });
});

describe("what is refused", () => {
  it("is taken back with the reason, until that is dismissed", async () => {
    const { live, pass: go } = await followed();
    const outcome = live.send(write("Not mine to write"));
    expect(shown(live)).toHaveLength(1);
    await go(200);
    await expect(outcome).rejects.toMatchObject({ code: "ring_required" });
    expect(shown(live)).toEqual([]);
    const [refused] = live.getState().refused;
    expect(refused).toMatchObject({ key: "key-0", command: { content: "Not mine to write" } });
    expect(refused?.reason).toBeInstanceOf(Refused);
    live.dismiss("key-0");
    expect(live.getState().refused).toEqual([]);
  });

  it("takes along what was to follow it, and nothing else", async () => {
    const { live, simulator, pass: go } = await followed();
    const outcomes = [live.send(write("One")), live.send(write("Two")), live.send(pass)];
    void live.send({ type: "nudge-holder", draft_id: DRAFT });
    await go(1_000);
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ code: "ring_required" });
    expect(sent(simulator)).toEqual(["send key-0", "send key-3"]);
  });

  it("of a reminder that comes too soon is not waited for, for an hour", async () => {
    const { live, simulator, pass: go } = await followed();
    const refusal = { status: 429, code: "limit_exceeded", detail: "Once an hour is enough.", retryAfter: 3_599 };
    const soon = new Refused(refusal);
    Object.assign(simulator.client, { send: () => Promise.reject(soon) });
    const outcome = live.send({ type: "nudge-holder", draft_id: DRAFT });
    await go(100);
    await expect(outcome).rejects.toBe(soon);
  });

  it("because a quota is used up is not waited for", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    const quota = new Refused({ status: 429, code: "limit_exceeded", detail: "No more this month." });
    Object.assign(simulator.client, { send: () => Promise.reject(quota) });
    const outcome = live.send(write("One"));
    await go(100);
    await expect(outcome).rejects.toBe(quota);
  });
});

describe("leaving", () => {
  it("lets what was written be sent still", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    const outcomes = Promise.all([live.send(write("One")), live.send(write("Two"))]);
    live.stop();
    await go(500);
    await outcomes;
    expect(simulator.model.draft().segments).toHaveLength(2);
  });

  it("while nobody can be reached gives back what could not be sent", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.rest = "down";
    const outcome = live.send(write("One"));
    await go(3_000);
    live.stop();
    await go(500);
    await expect(outcome).rejects.toBeInstanceOf(Unreachable);
    expect(live.getState()).toMatchObject({ sending: 0, refused: [{ key: "key-0" }] });
  });

  it("while somebody else signs in sends nothing more in their name", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    const outcomes = [live.send(write("One")), live.send(write("Two"))];
    await go(35);
    live.stop();
    simulator.tokens.become("ben");
    await go(500);
    await outcomes[0];
    await expect(outcomes[1]).rejects.toBeInstanceOf(Unreachable);
    expect(sent(simulator)).toEqual(["send key-0"]);
  });

  it("somebody else's place leaves nothing in their name", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    simulator.rest = "down";
    const outcome = live.send(write("One"));
    await go(1_000);
    simulator.tokens.become("ben");
    simulator.rest = "up";
    await go(30_000);
    await expect(outcome).rejects.toBeInstanceOf(Unreachable);
    expect(simulator.model.draft().segments).toEqual([]);
    expect(live.getState()).toMatchObject({ sending: 0, refused: [], written: [] });
  });
});

describe("what I change of what is written", () => {
  const written = (simulator: Simulator) => {
    myTurn(simulator);
    const { model } = simulator;
    for (const order of [0, 1]) {
      model.append("segment_added", ME, {
        segment_id: `s-${order}`,
        author_id: ME,
        content: `${order}`,
        segment_order: order,
      });
    }
    Object.assign(simulator.client, { send: () => new Promise(() => {}) });
  };

  it("has its new text in its place at once", async () => {
    const { live } = await followed(0.5, written);
    void live.send({ type: "amend-segment", draft_id: DRAFT, segment_id: "s-0", content: "Other" });
    expect(shown(live)).toEqual(["Other: sending", "1: stored"]);
    expect(live.getState().draft?.segments[0]?.content).toBe("0");
  });

  it("is gone at once where I take it out", async () => {
    const { live } = await followed(0.5, written);
    void live.send({ type: "withdraw-segment", draft_id: DRAFT, segment_id: "s-1" });
    expect(shown(live)).toEqual(["0: stored"]);
  });
});

describe("a state", () => {
  it("is the same object until something in it is another, and shares what is not", async () => {
    const { live, simulator, pass: go } = await followed(0.5, myTurn);
    void live.send(write("One"));
    await go(300);
    const before = live.getState();
    await go(30_000);
    expect(live.getState()).toBe(before);
    simulator.model.append("draft_renamed", "anna", { title: "Other" });
    simulator.spread();
    await go(100);
    const after = live.getState();
    expect(after).not.toBe(before);
    expect(after.written).toBe(before.written);
    expect(after.draft?.members).toBe(before.draft?.members);
    expect(after.draft?.ring_state).toBe(before.draft?.ring_state);
  });
});
