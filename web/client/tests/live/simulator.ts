/** A service that follows the rules of docs/LIVE.md, behind a network that follows none. */

import type { OpenSocket, SocketEvents } from "../../src/live/connection.ts";
import type { ClientFrame } from "../../src/live/frames.ts";
import type { LiveClient } from "../../src/live/live.ts";
import type { Surroundings, Turn } from "../../src/live/surroundings.ts";
import { Unreachable } from "../../src/refusals.ts";
import type { TokenSource } from "../../src/tokens.ts";
import { StoppedClock } from "../rest/time.ts";
import { ME, Model } from "./model.ts";

/** What may become of the next frame. */
export type Fault = "none" | "dropped" | "doubled" | "swapped" | "late" | "torn";

const LATENCY = 10;
const HEARTBEAT = 25_000;
const LONGEST_GAP = 20;
const TOKEN_LASTS = 60_000;

type Said = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The service, the network and the browser around a live draft. */
export class Simulator {
  readonly clock = new StoppedClock();
  readonly model = new Model();
  readonly tokens = new Tokens(this.clock);
  readonly faults: Fault[] = [];
  /** REST answers, does not, or does what it is asked and its answer is lost. */
  rest: "up" | "down" | "deaf" = "up";
  /** Nothing comes through, and nobody is told. */
  silent = false;
  /** The highest head that reached the client, of the log it was welcomed to last. */
  told = { epoch: "", head: 0 };
  /** When something reached the client, by the time that passed. */
  heardAt = 0;
  /** Snapshots that reached the client. */
  readonly snapshots: { readonly epoch: string; readonly version: number }[] = [];
  /** Hellos that the service heard. */
  readonly hellos: Extract<ClientFrame, { type: "hello" }>[] = [];
  readonly said: ClientFrame[] = [];
  readonly requests: string[] = [];
  readonly #links = new Set<Link>();
  readonly #turned = new Set<(turn: Turn) => void>();
  /** Is called whenever a frame reached the client. */
  delivered: () => void = () => {};

  readonly openSocket: OpenSocket = (_url, _protocols, on) => {
    const link = new Link(this, on);
    this.#links.add(link);
    return link;
  };

  readonly surroundings: Surroundings = {
    listen: (turned) => {
      this.#turned.add(turned);
      return () => this.#turned.delete(turned);
    },
  };

  readonly client: LiveClient = this.#client();

  get links(): readonly Link[] {
    return [...this.#links].filter((link) => link.open);
  }

  turn(turn: Turn): void {
    for (const turned of this.#turned) turned(turn);
  }

  /** Tells everybody who is live what was appended. */
  spread(): void {
    for (const link of this.links) link.flush();
  }

  close(code: number): void {
    for (const link of this.links) link.end(code);
  }

  say(frame: Said): void {
    for (const link of this.links) if (link.joined) link.say(frame);
  }

  restore(back: number): void {
    this.model.restore(this.model.head - back);
    this.close(4005);
  }

  #client(): LiveClient {
    const simulator = this;
    return {
      baseUrl: "http://service",
      tokens: this.tokens,
      get userId() {
        return simulator.tokens.userId;
      },
      send: async (command, { key = "", signal } = {}) => {
        this.requests.push(`send ${key}`);
        await this.#way(signal);
        const outcome = this.model.command(command, key);
        this.spread();
        if (this.rest === "deaf") throw new Unreachable("The answer was lost.");
        await this.#way(signal);
        return outcome;
      },
      draft: async (_id, query = {}, signal) => {
        this.requests.push(`draft ${JSON.stringify(query)}`);
        await this.#way(signal);
        const read = this.model.draft(query);
        await this.#way(signal);
        return read;
      },
    };
  }

  /** There, or back again. */
  #way(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal?.reason);
      signal?.addEventListener("abort", aborted);
      this.clock.after(LATENCY * 3, () => {
        signal?.removeEventListener("abort", aborted);
        if (this.rest === "down" || this.silent) reject(new Unreachable("Nobody answers."));
        else resolve();
      });
    });
  }
}

/** Tokens that last a minute and are handed out until they are over. */
export class Tokens implements TokenSource {
  userId: string | null = ME;
  asked: ("cached" | "fresh")[] = [];
  /** What the next calls do instead of giving a token. */
  readonly trouble: Error[] = [];
  readonly #clock: StoppedClock;
  readonly #listeners = new Set<() => void>();

  constructor(clock: StoppedClock) {
    this.#clock = clock;
  }

  async token({ fresh = false } = {}): Promise<string | null> {
    this.asked.push(fresh ? "fresh" : "cached");
    const trouble = this.trouble.shift();
    if (trouble) throw trouble;
    return this.userId === null ? null : `${this.userId} ${this.#clock.now() + TOKEN_LASTS}`;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  become(userId: string | null): void {
    this.userId = userId;
    for (const listener of this.#listeners) listener();
  }
}

/** One connection, seen from the service. */
export class Link {
  open = true;
  joined = false;
  #ended = false;
  readonly #simulator: Simulator;
  readonly #on: SocketEvents;
  #version = 0;
  #epoch = "";
  #held: string | null = null;
  #heardAt: number;

  constructor(simulator: Simulator, on: SocketEvents) {
    this.#simulator = simulator;
    this.#on = on;
    this.#heardAt = simulator.clock.passed;
    this.#later(() => on.opened());
    this.#sweep();
  }

  /** The client says something; what it said before it hung up is heard. */
  send(text: string): void {
    this.#simulator.clock.after(LATENCY, () => {
      if (!this.#ended && !this.#simulator.silent) this.#heed(JSON.parse(text) as ClientFrame);
    });
  }

  /** The client hangs up. */
  close(): void {
    this.open = false;
    this.#simulator.clock.after(LATENCY, () => {
      this.#ended = true;
    });
  }

  /** The service, or something between, hangs up. */
  end(code: number): void {
    this.#ended = true;
    this.#later(() => {
      this.open = false;
      this.#on.closed(code, "because");
    });
  }

  say(frame: Said): void {
    if (this.#ended) return;
    const text = JSON.stringify(frame);
    const held = this.#held;
    this.#held = null;
    switch (this.#simulator.faults.shift() ?? "none") {
      case "dropped":
        break;
      case "doubled":
        this.#deliver(text);
        this.#deliver(text);
        break;
      case "swapped":
        this.#held = text;
        break;
      case "late":
        this.#deliver(text, 700);
        break;
      case "torn":
        this.#deliver(text.slice(0, text.length / 2));
        break;
      case "none":
        this.#deliver(text);
    }
    if (held !== null) this.#deliver(held);
  }

  flush(): void {
    const { model } = this.#simulator;
    if (!this.joined || this.#epoch !== model.epochId) return;
    while (this.#version < model.head) {
      const events = model.log.slice(this.#version, this.#version + 3);
      this.#version += events.length;
      this.say({ type: "events", events });
    }
  }

  #heed(frame: ClientFrame): void {
    this.#heardAt = this.#simulator.clock.passed;
    this.#simulator.said.push(frame);
    if (frame.type === "hello") this.#join(frame);
    else if (frame.type === "ping") this.say({ type: "pong", head: this.#version });
    else if (frame.type === "bye") this.end(1000);
    else if (frame.type === "auth") this.say({ type: "token_accepted", token_expires_at: null });
  }

  #join(hello: Extract<ClientFrame, { type: "hello" }>): void {
    const { model, hellos, clock } = this.#simulator;
    hellos.push(hello);
    if (Number(hello.token?.split(" ")[1]) <= clock.now()) {
      this.end(4401);
      return;
    }
    const { epochId, head } = model;
    const { after } = hello;
    const resumes = after !== undefined && hello.epoch === epochId && after <= head && head - after <= LONGEST_GAP;
    this.joined = true;
    this.#epoch = epochId;
    this.#version = resumes ? after : head;
    const mode = resumes ? "resume" : "snapshot";
    const user_id = hello.token?.split(" ")[0] ?? null;
    this.say({ type: "welcome", user_id, epoch: epochId, from: this.#version, head, mode, heartbeat_seconds: 25 });
    if (!resumes) this.say({ type: "snapshot", version: head, draft: model.snapshot() });
    this.flush();
    this.say({ type: "live", version: this.#version });
    this.say({ type: "presence", mode: "state", people: [ME], left: [], count: 1, anonymous: 0 });
  }

  #sweep(): void {
    this.#simulator.clock.after(HEARTBEAT, () => {
      if (!this.open) return;
      if (this.#simulator.clock.passed - this.#heardAt > 60_000) return this.end(4003);
      if (this.joined) this.say({ type: "ping", head: this.#version });
      this.#sweep();
    });
  }

  #deliver(text: string, more = 0): void {
    this.#later(() => {
      this.#note(text);
      this.#on.heard(text);
      this.#simulator.delivered();
    }, more);
  }

  #note(text: string): void {
    const simulator = this.#simulator;
    simulator.heardAt = simulator.clock.passed;
    const frame = readable(text);
    if (frame === null) return;
    if (frame.type === "welcome" && frame.epoch !== simulator.told.epoch)
      simulator.told = { epoch: frame.epoch, head: 0 };
    if (frame.type === "snapshot") simulator.snapshots.push({ epoch: simulator.told.epoch, version: frame.version });
    const newest = frame.events?.at(-1).version ?? frame.version ?? frame.head ?? 0;
    simulator.told = { ...simulator.told, head: Math.max(simulator.told.head, newest) };
  }

  #later(run: () => void, more = 0): void {
    this.#simulator.clock.after(LATENCY + more, () => this.open && !this.#simulator.silent && run());
  }
}

/** The frame, unless it was torn. */
function readable(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
