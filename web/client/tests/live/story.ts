/** What happens, one thing after the other, to a reader who is looked at all the time. */

import { expect } from "vitest";
import { LiveDraft } from "../../src/live/live.ts";
import type { DraftState } from "../../src/live/state.ts";
import type { Command, Draft, DraftEvent } from "../../src/model.ts";
import type { Action, Others } from "./actions.ts";
import { DRAFT, ME } from "./model.ts";
import { Simulator } from "./simulator.ts";

/** One reader whom everything happens to, and who looks at every state whether it may be so. */
export class Story {
  readonly simulator = new Simulator();
  readonly live: LiveDraft;
  readonly events: { readonly epoch: string; readonly event: DraftEvent }[] = [];
  readonly faults: unknown[] = [];
  readonly outcomes = new Map<string, "resolved" | "rejected">();
  readonly keys: string[] = [];
  #texts = 0;

  constructor(jitter: number) {
    let drawn = jitter;
    this.live = new LiveDraft({
      client: this.simulator.client,
      draftId: DRAFT,
      openSocket: this.simulator.openSocket,
      clock: this.simulator.clock,
      surroundings: this.simulator.surroundings,
      random: () => {
        drawn = (drawn * 1_103_515_245 + 12_345) % 2 ** 31;
        return drawn / 2 ** 31;
      },
      newKey: () => {
        const key = `key-${this.keys.length}`;
        this.keys.push(key);
        return key;
      },
      report: (fault) => this.faults.push(fault),
    });
    const look = () => this.look();
    this.live.subscribe(look);
    this.simulator.delivered = look;
    this.live.onEvent((event) => this.events.push({ epoch: this.live.getState().epoch ?? "", event }));
    this.live.start();
  }

  async act(action: Action): Promise<void> {
    const { simulator } = this;
    switch (action.do) {
      case "others":
        for (let time = 0; time <= action.times; time++) this.#others(action.what);
        break;
      case "me":
        this.#me(action.what);
        break;
      case "time":
        await simulator.clock.pass(action.milliseconds);
        break;
      case "set":
        simulator.clock.set(action.milliseconds);
        break;
      case "fault":
        simulator.faults.push(action.fault);
        break;
      case "close":
        simulator.close(action.code);
        break;
      case "silent":
        simulator.silent = action.silent;
        break;
      case "turn":
        simulator.turn(action.turn);
        if (action.turn === "offline") expect(this.live.getState().standing).not.toBe("live");
        break;
      case "restore":
        simulator.restore(action.back);
        break;
      case "goaway":
        simulator.say({ type: "goaway", reason: "", window: 3 });
        break;
      case "token_expiring":
        simulator.say({ type: "token_expiring", token_expires_at: "" });
        break;
      case "rest":
        simulator.rest = action.rest;
    }
    this.look();
  }

  /** Everything works again. */
  async heal(): Promise<void> {
    const { simulator } = this;
    simulator.faults.length = 0;
    simulator.silent = false;
    simulator.rest = "up";
    await simulator.clock.pass(60_000);
    if (this.live.getState().standing === "ended") this.live.retry();
    await simulator.clock.pass(90_000);
  }

  #others(what: Others): void {
    const { model } = this.simulator;
    const last = model.lastOf("anna");
    const place = last && { segment_id: last.segment_id, segment_order: last.segment_order };
    if (what === "write") {
      if (model.holder() === ME)
        model.append("ring_passed", "anna", { from_user_id: ME, to_user_id: "anna", reason: "reclaimed" });
      const order = model.log.filter(({ type }) => type === "segment_added").length;
      const content = `anna's ${this.#texts++}`;
      model.append("segment_added", "anna", {
        segment_id: `a-${this.#texts}`,
        author_id: "anna",
        content,
        segment_order: order,
      });
    } else if (what === "amend" && place)
      model.append("segment_amended", "anna", { ...place, content: `other ${this.#texts++}` });
    else if (what === "withdraw" && place) model.append("segment_withdrawn", "anna", place);
    else if (what === "pass to me")
      model.append("ring_passed", "anna", { from_user_id: model.holder(), to_user_id: ME });
    else if (what === "rename") model.append("draft_renamed", "anna", { title: `Title ${this.#texts++}` });
    else if (what === "let in") model.append("collaborator_added", "anna", { user_id: "ben", role: "viewer" });
    else if (what === "limit")
      model.append("turn_limit_changed", "anna", { turn_limit_hours: 24 + (this.#texts++ % 9) });
    else if (what === "complete")
      model.append(model.draft().status === "completed" ? "draft_reopened" : "draft_completed", "anna", {});
    else if (what === "erased") model.append("draft_described", "anna", null);
    else if (what === "newer") model.append("draft_painted" as "draft_locked", "anna", {});
    this.simulator.spread();
  }

  #me(what: "write" | "pass"): void {
    const content = `mine ${this.#texts++}`;
    const command: Command =
      what === "pass"
        ? { type: "pass-ring", draft_id: DRAFT, to_user_id: "anna" }
        : { type: "add-segment", draft_id: DRAFT, content };
    const outcome = this.live.send(command);
    const key = this.keys.at(-1) ?? "";
    outcome.then(
      () => this.outcomes.set(key, "resolved"),
      () => this.outcomes.set(key, "rejected"),
    );
    if (what === "write" && this.live.getState().draft) expect(texts(this.live.getState())).toContain(content);
  }

  look(): void {
    const state = this.live.getState();
    const { told, heardAt, clock } = this.simulator;
    if (state.standing === "live") {
      expect(state.epoch).toBe(told.epoch);
      expect(state.version).toBeGreaterThanOrEqual(told.head);
      expect(clock.passed - heardAt).toBeLessThanOrEqual(30_000);
    }
    expect(texts(state)).toEqual([...new Set(texts(state))]);
    if (state.draft && state.epoch) this.#compare(state.draft, state);
  }

  /** Whatever is shown is what there was at that version; what only REST knows may be missing for a moment. */
  #compare(shown: Draft, { epoch, standing, older }: DraftState): void {
    const past = this.simulator.model.past(epoch ?? "", shown.version);
    if (standing !== "live") return;
    const first = older === "none" ? 0 : (shown.segments[0]?.segment_order ?? 0);
    const known = { ...past, ring_state: { ...past.ring_state, deadline_at: shown.ring_state.deadline_at } };
    const named = { ...shown, members: past.members };
    expect(shown.members.map(({ user_id }) => user_id)).toEqual(past.members.map(({ user_id }) => user_id));
    expect(named).toEqual({ ...known, segments: past.segments.filter(({ segment_order }) => segment_order >= first) });
  }
}

function texts(state: DraftState): readonly string[] {
  return state.written.map(({ segment }) => segment.content);
}
