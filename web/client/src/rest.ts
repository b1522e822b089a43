/** The service as one person sees it: every route of it, typed. */

import { type Clock, clock as machine, wait } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import type { Command, Config, Draft, DraftList, DraftQuery, DraftsQuery, Me, Outcome } from "./model.ts";
import type { Answer, CallOptions, Method, Optional, PathWith, ReadOptions } from "./operations.ts";
import { Refused, Unreachable } from "./refusals.ts";
import { isPassing, pause } from "./retrying.ts";
import { nobody, type TokenSource } from "./tokens.ts";
import { type Asked, Wire } from "./wire.ts";

/** How a client talks, and to whom. */
export interface OneRingOptions {
  /** Where the service is, without a slash at the end; by default where the page came from. */
  readonly baseUrl?: string;
  /** Who is signed in; by default nobody. */
  readonly tokens?: TokenSource;
  readonly fetch?: typeof fetch;
  /** Milliseconds that one request may take, its answer read; by default 10 s. */
  readonly timeout?: number;
  /** Milliseconds within which a request that failed in passing is sent again; by default 30 s. */
  readonly patience?: number;
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, for the jitter of the pauses. */
  readonly random?: () => number;
}

/** What a command may be sent with. */
export interface SendOptions {
  /** Names this wish: a command that is sent again under its key is done once. By default a random one. */
  readonly key?: string | undefined;
  /** The draft's version that the command is meant for; at any other it is refused (412). */
  readonly expectedVersion?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The API for one person, or for nobody.
 *
 * All of its calls reject with `Refused` if the service says no, with `Unreachable` if nobody answers, or with the
 * reason of the signal that they were given. A 401 is tried again once, with a fresh token. What can be done twice
 * without harm (a read, a command under its key) is sent again while it fails in passing: no network, 429, 503.
 */
export class OneRing {
  /** Where the service is; empty where the page came from. */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  readonly #wire: Wire;
  readonly #timeout: number;
  readonly #patience: number;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(options: OneRingOptions = {}) {
    this.baseUrl = options.baseUrl ?? "";
    this.tokens = options.tokens ?? nobody;
    this.#clock = options.clock ?? machine;
    this.#random = options.random ?? Math.random;
    this.#timeout = options.timeout ?? 10_000;
    this.#patience = options.patience ?? 30_000;
    this.#wire = new Wire({
      baseUrl: this.baseUrl,
      fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
      timeout: this.#timeout,
      clock: this.#clock,
    });
  }

  /** Who is signed in, by their user id; null for nobody. */
  get userId(): string | null {
    return this.tokens.userId;
  }

  /** Reads; the body of the answer as it is, so `{ data, … }` for most. */
  get<P extends PathWith<"get">>(path: P, ...[options]: Optional<ReadOptions<P>>): Promise<Answer<"get", P>> {
    return this.#patiently({ method: "get", url: path, ...options }) as Promise<Answer<"get", P>>;
  }

  /** Does anything else. It is sent once, unless it has an `Idempotency-Key` among its headers. */
  call<M extends Method, P extends PathWith<M>>(
    method: M,
    path: P,
    ...[options]: Optional<CallOptions<M, P>>
  ): Promise<Answer<M, P>> {
    const asked: Asked = { method, url: path, ...options };
    const again = method === "get" || Object.keys(asked.headers ?? {}).some(isKey);
    return (again ? this.#patiently(asked) : this.#signedIn(asked)) as Promise<Answer<M, P>>;
  }

  /** Carries out a command, once, however often it has to be sent. */
  async send(command: Command, { key = randomKey(), expectedVersion, signal }: SendOptions = {}): Promise<Outcome> {
    const { data } = await this.call("post", "/v1/commands", {
      body: command,
      headers: {
        "Idempotency-Key": key,
        ...(expectedVersion === undefined ? {} : { "If-Match": `"${expectedVersion}"` }),
      },
      signal,
    });
    if (!("draft_id" in data)) throw new Unreachable("What answered is not the service.");
    return { events: [], invite: null, ...data };
  }

  /** A page of drafts: the person's own, or others that they may read. */
  drafts(query?: DraftsQuery, signal?: AbortSignal): Promise<DraftList> {
    return this.get("/v1/collab/drafts", { query, signal });
  }

  /** A draft, as it is or was. */
  async draft(id: string, query?: DraftQuery, signal?: AbortSignal): Promise<Draft> {
    return (await this.get("/v1/collab/drafts/{draft_id}", { path: { draft_id: id }, query, signal })).data;
  }

  /** Who is signed in. */
  async me(signal?: AbortSignal): Promise<Me> {
    return (await this.get("/v1/me", { signal })).data;
  }

  /** What a front end needs to know before anybody signs in. */
  async config(signal?: AbortSignal): Promise<Config> {
    return (await this.get("/v1/config", { signal })).data;
  }

  async #patiently(asked: Asked): Promise<unknown> {
    const person = this.userId;
    const until = this.#clock.now() + this.#patience;
    for (let failures = 0; ; failures++) {
      try {
        return await this.#signedIn(asked);
      } catch (fault) {
        if (!isPassing(fault)) throw fault;
        const milliseconds = pause(fault, failures, this.#random);
        if (this.#clock.now() + milliseconds > until) throw fault;
        await wait(milliseconds, this.#clock, asked.signal);
        if (this.userId !== person) throw fault;
      }
    }
  }

  async #signedIn(asked: Asked): Promise<unknown> {
    const person = this.userId;
    const token = await this.#token(person, asked.signal);
    try {
      return await this.#wire.ask(asked, token);
    } catch (fault) {
      if (!(fault instanceof Refused && fault.status === 401) || token === null) throw fault;
      const fresh = await this.#token(person, asked.signal, token);
      if (fresh === null) throw fault;
      return await this.#wire.ask(asked, fresh);
    }
  }

  /** A token of that person, and another than the one that was refused. */
  async #token(person: string | null, signal?: AbortSignal, refused?: string): Promise<string | null> {
    const deadline = new Deadline(this.#timeout, this.#clock, signal);
    try {
      let token = await deadline.race(this.tokens.token());
      // Of many calls that were refused together, one asks.
      if (token === refused) token = await deadline.race(this.tokens.token({ fresh: true }));
      // Nobody does in their name what somebody else asked for.
      if (this.userId !== person) throw new Unreachable("Somebody else is signed in now.");
      return token;
    } catch (fault) {
      signal?.throwIfAborted();
      if (fault instanceof Refused || fault instanceof Unreachable) throw fault;
      throw new Unreachable("Whoever signs people in can't be reached.", { cause: fault });
    } finally {
      deadline.end();
    }
  }
}

function isKey(header: string): boolean {
  return header.toLowerCase() === "idempotency-key";
}

/** 128 random bits; `crypto.randomUUID` is missing from pages that come over plain http. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
