/** Sends what is pending, one after the other, until each is confirmed or refused; whoever can't be reached is waited for. */

import type { Clock } from "../clock.ts";
import type { Command, Draft, DraftEvent, Outcome } from "../model.ts";
import { Refused, Unreachable } from "../refusals.ts";
import { isPassing } from "../retrying.ts";
import { backOff, chosen } from "./backOff.ts";
import { afterSnapshot, confirmedBy, type Pending, reachedBy } from "./pending.ts";
import type { RefusedItem } from "./state.ts";

/** What an outbox is made of. */
export interface OutboxOptions {
  readonly send: (command: Command, options: { key: string; signal: AbortSignal }) => Promise<Outcome>;
  readonly newKey: () => string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Who is signed in; null for nobody. */
  readonly person: () => string | null;
  /** The version of the draft that is shown. */
  readonly version: () => number;
  /** Something is other than it was. */
  readonly changed: () => void;
}

interface Promised {
  resolve(outcome: Outcome): void;
  reject(reason: unknown): void;
}

/** What must not be done once what was to stand before it was refused. */
const FOLLOWS_TEXT: ReadonlySet<Command["type"]> = new Set<Command["type"]>([
  "add-segment",
  "pass-ring",
  "pass-ring-smart",
  "lock-draft",
  "complete-draft",
]);

/** The commands of one person on one draft, for as long as the page is there: after a reload nothing is sent by itself. */
export class Outbox {
  #list: readonly Pending[] = [];
  #refused: readonly RefusedItem[] = [];
  readonly #promised = new Map<string, Promised>();
  readonly #options: OutboxOptions;
  #sending: { readonly key: string; readonly abort: AbortController } | null = null;
  #wake: (() => void) | null = null;
  #closing = false;
  /** Who put in what is pending. */
  #person: string | null = null;
  #idle: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** What is pending, in order. */
  get list(): readonly Pending[] {
    return this.#list;
  }

  /** What was refused and is not dismissed. */
  get refused(): readonly RefusedItem[] {
    return this.#refused;
  }

  /** Puts a command at the end; settles with what came of it. */
  add(command: Command): Promise<Outcome> {
    this.#look();
    const key = this.#options.newKey();
    const at = new Date(this.#options.clock.now()).toISOString();
    const outcome = new Promise<Outcome>((resolve, reject) => this.#promised.set(key, { resolve, reject }));
    // A command of its own: how it is shown is kept by its identity.
    const item: Pending = { key, command: { ...command }, at, phase: "queued", version: null, seen: false };
    this.#replace([...this.#list, item]);
    // Whoever doesn't look at the outcome sees it in `refused`.
    outcome.catch(() => {});
    void this.#drain();
    return outcome;
  }

  /** Takes in events as they are applied. */
  happened(events: readonly DraftEvent[], me: string | null): void {
    const { left, confirmed } = confirmedBy(this.#list, events, me);
    for (const [item, said] of confirmed) this.#confirmed(item, said);
    this.#replace(left);
  }

  /** Takes in a snapshot: see `afterSnapshot`. */
  shown(draft: Draft, how: { readonly next: number; readonly restored: boolean; readonly me: string | null }): void {
    this.#replace(afterSnapshot(this.#list, draft, how));
    void this.#drain();
  }

  /** Forgets something that was refused. */
  dismiss(key: string): void {
    const left = this.#refused.filter((item) => item.key !== key);
    if (left.length === this.#refused.length) return;
    this.#refused = left;
    this.#options.changed();
  }

  /** Somebody may be reached again: what waits is tried at once. */
  hurry(): void {
    this.#wake?.();
  }

  /** The page is left: what can be sent is sent still, and nothing is waited for. */
  close(): void {
    this.#closing = true;
    this.hurry();
  }

  /** The page is back. */
  open(): void {
    this.#closing = false;
  }

  /** Somebody else is signed in: nothing is done in the name of whoever was before. */
  abandon(): void {
    const gone = new Unreachable("Somebody else is signed in now.");
    for (const { key } of this.#list) this.#settle(key)?.reject(gone);
    this.#refused = [];
    this.#sending?.abort.abort(gone);
    this.hurry();
    this.#replace([]);
  }

  /** Resolves once nothing is left to send. */
  async drained(): Promise<void> {
    while (this.#sending !== null) await new Promise<void>((idle) => this.#idle.push(idle));
  }

  /** Looks who is signed in: nothing of anybody else is sent from here on. */
  #look(): void {
    const person = this.#options.person();
    if (person !== this.#person && this.#list.length > 0) this.abandon();
    this.#person = person;
  }

  async #drain(): Promise<void> {
    if (this.#sending !== null) return;
    for (let failures = 0, item = this.#next(); item !== undefined; item = this.#next()) {
      const { key, command } = item;
      const abort = new AbortController();
      this.#sending = { key, abort };
      this.#update(key, { phase: "tried" });
      try {
        this.#acknowledged(key, await this.#options.send(command, { key, signal: abort.signal }));
        failures = 0;
      } catch (reason) {
        if (!this.#isPending(key)) continue;
        if (!isWorthWaiting(reason)) this.#refuse(item, reason);
        else if (this.#closing) this.#giveUp(reason);
        else await this.#wait(++failures);
      }
    }
    this.#sending = null;
    for (const idle of this.#idle.splice(0)) idle();
  }

  #next(): Pending | undefined {
    this.#look();
    return this.#list.find((item) => item.phase !== "acknowledged");
  }

  #wait(failures: number): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        this.#wake = null;
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(chosen(backOff(failures + 1), this.#options.random), over);
      this.#wake = over;
    });
  }

  #acknowledged(key: string, outcome: Outcome): void {
    if (!this.#isPending(key)) return;
    this.#update(key, { phase: "acknowledged", version: outcome.version });
    this.#replace(reachedBy(this.#list, this.#options.version()));
    this.#settle(key)?.resolve(outcome);
  }

  /** The feed was first: there is nothing more to wait for. */
  #confirmed(item: Pending, said: readonly DraftEvent[]): void {
    const last = said.at(-1);
    if (last === undefined) return;
    const { draft_id, version, position } = last;
    this.#settle(item.key)?.resolve({ draft_id, version, position, events: said, invite: null });
    if (this.#sending?.key === item.key) {
      this.#sending.abort.abort();
      this.hurry();
    }
  }

  #refuse(item: Pending, fault: unknown): void {
    const reason = fault instanceof Refused ? fault : new Unreachable("It could not be sent.", { cause: fault });
    const isText = item.command.type === "add-segment";
    const follows = (other: Pending) => isText && other.phase === "queued" && FOLLOWS_TEXT.has(other.command.type);
    this.#giveBack((other) => other.key === item.key || follows(other), reason);
  }

  #giveUp(fault: unknown): void {
    const reason =
      fault instanceof Refused || fault instanceof Unreachable ? fault : new Unreachable("", { cause: fault });
    this.#giveBack((item) => item.phase !== "acknowledged", reason);
  }

  #giveBack(isOne: (item: Pending) => boolean, reason: Refused | Unreachable): void {
    const back = this.#list.filter(isOne);
    this.#refused = [...this.#refused, ...back.map(({ key, command }) => ({ key, command, reason }))];
    this.#replace(this.#list.filter((item) => !back.includes(item)));
    for (const { key } of back) this.#settle(key)?.reject(reason);
  }

  #isPending(key: string): boolean {
    return this.#list.some((item) => item.key === key);
  }

  #update(key: string, change: Partial<Pending>): void {
    this.#replace(this.#list.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  #settle(key: string): Promised | undefined {
    const promised = this.#promised.get(key);
    this.#promised.delete(key);
    return promised;
  }

  #replace(list: readonly Pending[]): void {
    if (list === this.#list) return;
    this.#list = list;
    this.#options.changed();
  }
}

/**
 * Whether it may be done later by itself: nobody answered, or the service can't for now. A quota that is used up stays
 * so, and a reminder that comes too soon (`limit_exceeded`) would hold up everything behind it for an hour.
 */
export function isWorthWaiting(fault: unknown): boolean {
  if (fault instanceof Refused && fault.status === 429) {
    return fault.retryAfter !== null && fault.code !== "limit_exceeded";
  }
  return isPassing(fault);
}
