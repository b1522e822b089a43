/** A draft that follows its feed, with what I write in it: everything that a page shows of it, in one state. */

import { type Clock, clock as machine } from "../clock.ts";
import type { Command, Draft, DraftEvent, Outcome } from "../model.ts";
import { type OneRing, randomKey } from "../rest.ts";
import { Connection, type OpenSocket, openWebSocket, type Told } from "./connection.ts";
import { Copy } from "./copy.ts";
import { type FeedState, IDLE, standingOf } from "./feed.ts";
import { Outbox } from "./outbox.ts";
import { overlaid } from "./pending.ts";
import { Reader } from "./reader.ts";
import { type DraftActions, type DraftState, NOBODY_THERE, type Standing, UNKNOWN, type Written } from "./state.ts";
import { browser, type Surroundings } from "./surroundings.ts";
import { presenceAfter } from "./there.ts";

/** What a live draft needs of a client. */
export type LiveClient = Pick<OneRing, "baseUrl" | "tokens" | "userId" | "send" | "draft">;

/** What a live draft is made of; all but the first two is for tests, and for places that are no browsers. */
export interface LiveDraftOptions {
  readonly client: LiveClient;
  readonly draftId: string;
  readonly openSocket?: OpenSocket;
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, for the jitter. */
  readonly random?: () => number;
  readonly surroundings?: Surroundings;
  readonly newKey?: () => string;
  /** Is told of faults of ours and of listeners'; the draft goes on. By default they are reported as uncaught. */
  readonly report?: (fault: unknown) => void;
}

type Listener = (event: DraftEvent, draft: Draft) => void;

/** Milliseconds between two words that I am writing. */
const TYPING = 3_000;

/** A draft that follows its feed from `start` to `stop`; started again it goes on where it was. */
export class LiveDraft implements DraftActions {
  readonly draftId: string;
  readonly #client: LiveClient;
  readonly #clock: Clock;
  readonly #report: (fault: unknown) => void;
  readonly #connection: Connection;
  readonly #copy = new Copy();
  readonly #outbox: Outbox;
  readonly #reader: Reader;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<Listener>();
  #feed: FeedState = IDLE;
  #presence = NOBODY_THERE;
  #typing: string | null = null;
  #forgetTyping: (() => void) | null = null;
  #toldTyping = Number.NEGATIVE_INFINITY;
  #state: DraftState = UNKNOWN;
  #writtenFrom: readonly unknown[] = [];
  #holding = false;
  /** Who was signed in when it was followed last. */
  #person: string | null;

  constructor(options: LiveDraftOptions) {
    const { client, draftId, clock = machine, random = Math.random } = options;
    this.draftId = draftId;
    this.#client = client;
    this.#person = client.userId;
    this.#clock = clock;
    this.#report = options.report ?? report;
    const changed = () => this.#refresh();
    this.#outbox = new Outbox({
      send: (command, how) => client.send(command, how),
      newKey: options.newKey ?? randomKey,
      person: () => client.userId,
      version: () => this.#copy.draft?.version ?? 0,
      clock,
      random,
      changed,
    });
    this.#reader = new Reader({
      read: (query, signal) => client.draft(draftId, query, signal),
      copy: this.#copy,
      clock,
      random,
      changed,
    });
    this.#connection = new Connection({
      url: address(client.baseUrl, draftId),
      tokens: client.tokens,
      openSocket: options.openSocket ?? openWebSocket,
      clock,
      random,
      surroundings: options.surroundings ?? browser,
      tell: (told, feed) => this.#told(told, feed),
      report: this.#report,
    });
    this.#state = this.#look();
  }

  /** Follows the draft. */
  start(): void {
    if (this.#client.userId !== this.#person) this.#connection.take({ on: "person" });
    this.#outbox.open();
    this.#reader.open();
    this.#connection.start();
  }

  /** Follows it no more. What was written is sent still, if somebody can be reached. */
  stop(): void {
    this.#person = this.#client.userId;
    this.#connection.stop();
    this.#reader.close();
    this.#outbox.close();
    this.#types(null);
  }

  /** Resolves once nothing of mine waits to be sent any more, or for its answer. */
  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  /** Calls back whenever the state is another; what it returns ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The state; the same object until something is other than it was. */
  readonly getState = (): DraftState => this.#state;

  readonly onEvent = (listener: Listener): (() => void) => {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  };

  readonly send = (command: Command): Promise<Outcome> => this.#outbox.add(command);

  readonly dismiss = (key: string): void => this.#outbox.dismiss(key);

  readonly typing = (): void => {
    const now = this.#clock.now();
    if (now - this.#toldTyping < TYPING) return;
    this.#toldTyping = now;
    this.#connection.take({ on: "typing" });
  };

  readonly retry = (): void => {
    this.#connection.take({ on: "retry" });
    this.#outbox.hurry();
    this.#reader.retry();
  };

  get #me(): string | null {
    return this.#feed.userId ?? this.#client.userId;
  }

  /** Takes in what one frame said as a whole: nobody sees half of it. */
  #told(told: readonly Told[], feed: FeedState): void {
    const joined = feed.phase === "joined" && this.#feed.phase !== "joined";
    this.#holding = true;
    this.#feed = feed;
    const happened: (readonly [DraftEvent, Draft])[] = [];
    try {
      for (const each of told) happened.push(...this.#take(each));
      if (this.#state.standing !== standingOf(feed)) this.#stands(standingOf(feed));
    } finally {
      this.#holding = false;
    }
    this.#refresh();
    for (const [event, draft] of happened) {
      for (const listener of this.#eventListeners) this.#safely(() => listener(event, draft));
    }
    if (joined) {
      this.#outbox.hurry();
      this.#reader.hurry();
    }
    this.#reader.look();
  }

  #take(told: Told): readonly (readonly [DraftEvent, Draft])[] {
    switch (told.do) {
      case "forget":
        this.#copy.clear();
        this.#outbox.abandon();
        this.#presence = NOBODY_THERE;
        this.#types(null);
        break;
      case "snapshot": {
        const { restored, draft } = told;
        const next = restored ? 0 : this.#copy.next;
        this.#copy.show(draft);
        this.#outbox.shown(draft, { next, restored, me: this.#me });
        this.#reader.restart();
        break;
      }
      case "events":
        return this.#happened(told.events);
      case "people":
        this.#copy.called(told.people);
        break;
      case "presence":
        this.#presence = presenceAfter(this.#presence, told.frame);
        break;
      case "typing":
        if (told.userId !== this.#me) this.#types(told.userId, told.seconds);
        break;
    }
    return [];
  }

  #happened(events: readonly DraftEvent[]): readonly (readonly [DraftEvent, Draft])[] {
    const drafts = this.#copy.happened(events);
    this.#outbox.happened(events, this.#me);
    const wrote = events.some(({ type, actor }) => type === "ring_passed" || actor.id === this.#typing);
    if (wrote) this.#types(null);
    return events.flatMap((event, index) => {
      const draft = drafts[index];
      return draft === undefined ? [] : [[event, draft] as const];
    });
  }

  /** What is known only while connected is not known any more. */
  #stands(standing: Standing): void {
    if (standing !== "offline" && standing !== "ended") return;
    this.#presence = NOBODY_THERE;
    this.#types(null);
  }

  #types(userId: string | null, seconds = 0): void {
    this.#forgetTyping?.();
    this.#forgetTyping = null;
    this.#typing = userId;
    if (userId === null) return;
    this.#forgetTyping = this.#clock.after(seconds * 1000, () => {
      this.#types(null);
      this.#refresh();
    });
  }

  /** Makes a new state, if anything in it is another. */
  #refresh(): void {
    if (this.#holding) return;
    const state = this.#look();
    const keys = Object.keys(state) as (keyof DraftState)[];
    if (keys.every((key) => state[key] === this.#state[key])) return;
    this.#state = state;
    for (const listener of this.#listeners) this.#safely(listener);
  }

  #look(): DraftState {
    const { draft, names, floor } = this.#copy;
    const { list, refused } = this.#outbox;
    return {
      draft,
      version: draft?.version ?? 0,
      epoch: this.#feed.epoch,
      standing: this.#standing,
      written: this.#written(draft),
      older: floor === 0 ? "none" : this.#reader.failed ? "failed" : "loading",
      sending: list.length,
      refused,
      presence: this.#presence,
      typing: this.#typing,
      end: this.#feed.end,
      names,
    };
  }

  /** What we can't read an event of is behind, until it was read by REST. */
  get #standing(): Standing {
    const standing = standingOf(this.#feed);
    return standing === "live" && this.#copy.fold?.lacking === "everything" ? "catching-up" : standing;
  }

  #written(draft: Draft | null): readonly Written[] {
    const from = [draft?.segments, this.#outbox.list, this.#me];
    if (from.every((part, index) => part === this.#writtenFrom[index])) return this.#state.written;
    this.#writtenFrom = from;
    const written = draft === null ? [] : overlaid(draft, this.#outbox.list, this.#me, this.#copy.names);
    const before = this.#state.written;
    const isSame = written.length === before.length && written.every((entry, index) => entry === before[index]);
    return isSame ? before : written;
  }

  #safely(run: () => void): void {
    try {
      run();
    } catch (fault) {
      this.#report(fault);
    }
  }
}

/** Where the feed of a draft is. */
function address(baseUrl: string, draftId: string): string {
  const here = globalThis.location?.origin ?? "";
  return `${(baseUrl || here).replace(/^http/, "ws")}/v1/ws/drafts/${encodeURIComponent(draftId)}`;
}

/** As the browser reports what nobody caught: it is seen, and nothing stops. */
function report(fault: unknown): void {
  if (typeof reportError === "function") reportError(fault);
  else console.error(fault);
}
