/** Carries out what the feed decides: sockets, timers, tokens, and what the browser tells of itself. */

import type { Clock } from "../clock.ts";
import { Refused } from "../refusals.ts";
import type { TokenSource } from "../tokens.ts";
import { chosen } from "./backOff.ts";
import { type Effect, type FeedState, IDLE, type Input, step, type Timer } from "./feed.ts";
import { type ClientFrame, parse } from "./frames.ts";
import type { Surroundings } from "./surroundings.ts";

/** An open socket, or one that is about to be. */
export interface Socket {
  send(text: string): void;
  close(code: number): void;
}

/** What a socket tells; after `close` nobody listens. */
export interface SocketEvents {
  opened(): void;
  heard(data: unknown): void;
  closed(code: number, reason: string): void;
}

/** Opens sockets. */
export type OpenSocket = (url: string, protocols: readonly string[], on: SocketEvents) => Socket;

/** Opens a `WebSocket`, of the browser or of Node. */
export const openWebSocket: OpenSocket = (url, protocols, on) => {
  const socket = new WebSocket(url, [...protocols]);
  socket.onopen = () => on.opened();
  socket.onmessage = ({ data }) => on.heard(data);
  socket.onclose = ({ code, reason }) => on.closed(code, reason);
  return socket;
};

/** What is for the draft, not for the connection. */
export type Told = Extract<Effect, { do: "forget" | "snapshot" | "events" | "people" | "presence" | "typing" }>;

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: () => number;
  readonly surroundings: Surroundings;
  /** Takes in all that one thing that happened has to say, together with how the feed stands then. */
  readonly tell: (told: readonly Told[], feed: FeedState) => void;
  /** Is told of faults of ours; the connection goes on. */
  readonly report: (fault: unknown) => void;
}

const PROTOCOL = "onering.v1";

/** A connection that is kept, from `start` to `stop`. Nothing that happens to it is thrown. */
export class Connection {
  readonly #options: ConnectionOptions;
  #feed: FeedState = IDLE;
  #socket: Socket | null = null;
  #call = 0;
  readonly #timers = new Map<Timer, () => void>();
  readonly #inputs: Input[] = [];
  #busy = false;
  #deaf: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#deaf !== null) return;
    const { surroundings, tokens } = this.#options;
    const turned = surroundings.listen((on) => this.take({ on }));
    const changed = tokens.onChange(() => this.take({ on: "person" }));
    this.#deaf = () => {
      turned();
      changed();
    };
    this.take({ on: "start" });
  }

  stop(): void {
    this.#deaf?.();
    this.#deaf = null;
    this.take({ on: "stop" });
  }

  /** Takes in what happened; one thing after the other, also if one leads to another. */
  take(input: Input): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#step(next);
    this.#busy = false;
  }

  #step(input: Input): void {
    const [feed, effects] = step(this.#feed, input, this.#options.clock.now());
    this.#feed = feed;
    const told: Told[] = [];
    for (const effect of effects) {
      const forDraft = this.#safely(() => this.#carryOut(effect));
      if (forDraft) told.push(forDraft);
    }
    this.#safely(() => this.#options.tell(told, feed));
  }

  /** Does it, or returns what is for the draft. */
  #carryOut(effect: Effect): Told | undefined {
    switch (effect.do) {
      case "ask-token":
        void this.#askToken(effect.attempt, effect.fresh);
        return;
      case "open":
        this.#open();
        return;
      case "hang-up":
        this.#hangUp();
        return;
      case "say":
        this.#say(effect.frame);
        return;
      case "wake":
        this.#calm(effect.timer);
        this.#timers.set(
          effect.timer,
          this.#options.clock.after(chosen(effect.span, this.#options.random), () => {
            this.#timers.delete(effect.timer);
            this.take({ on: "woke", timer: effect.timer });
          }),
        );
        return;
      case "calm":
        for (const timer of effect.timers) this.#calm(timer);
        return;
      default:
        return effect;
    }
  }

  async #askToken(attempt: number, fresh: boolean): Promise<void> {
    try {
      const token = await this.#options.tokens.token(fresh ? { fresh } : {});
      this.take({ on: "token", attempt, token });
    } catch (fault) {
      const refused = fault instanceof Refused && fault.status < 500 && fault.status !== 429 ? fault.detail : null;
      this.take({ on: "no-token", attempt, refused });
    }
  }

  #open(): void {
    const call = ++this.#call;
    // Whatever an old socket still says is not heard.
    const heed = (input: Input) => this.#call === call && this.take(input);
    try {
      this.#socket = this.#options.openSocket(this.#options.url, [PROTOCOL], {
        opened: () => heed({ on: "opened" }),
        heard: (data) => heed({ on: "heard", frame: parse(data) }),
        closed: (code, reason) => heed({ on: "closed", code, reason }),
      });
    } catch (fault) {
      this.#options.report(fault);
      this.take({ on: "closed", code: 1006, reason: "" });
    }
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#call++;
    socket?.close(1000);
  }

  #say(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #calm(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  #safely<Result>(run: () => Result): Result | undefined {
    try {
      return run();
    } catch (fault) {
      this.#options.report(fault);
      return undefined;
    }
  }
}
