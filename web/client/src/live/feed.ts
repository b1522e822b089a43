/**
 * The feed as a state machine: what happened goes in, what is to be done comes out. It reads no clock, opens no socket
 * and draws no random number; `connection.ts` does. The rules are P1 to P7 and the close codes of docs/LIVE.md.
 */

import type { Draft, DraftEvent } from "../model.ts";
import { backOff, CROWDED, type Span } from "./backOff.ts";
import type { ClientFrame, Heard, Name, PresenceFrame, ServerFrame } from "./frames.ts";
import type { Standing } from "./state.ts";

/** `waiting` is between two attempts, `crowded` as well, but nothing shortens it; `joined` has had its welcome. */
type Phase = "idle" | "waiting" | "crowded" | "asking" | "opening" | "greeting" | "joined" | "ended";

/**
 * Where a feed is. `last` is a version of the log `epoch`; both outlive connections, and a `last` of null has lost its
 * place there. `head` is the newest version that we were told of.
 */
export interface FeedState {
  readonly phase: Phase;
  readonly last: number | null;
  readonly epoch: string | null;
  readonly head: number;
  /** Who the service says that we are. */
  readonly userId: string | null;
  /** Counts connections, so that an answer to an earlier one is known as such. */
  readonly attempt: number;
  /** Connections in a row that were lost before they proved themselves. */
  readonly failures: number;
  readonly token: string | null;
  readonly triedFresh: boolean;
  /** The browser has a network, as far as it and we know. */
  readonly network: boolean;
  /** The snapshot that the welcome promised; until it is there nothing else is. */
  readonly promised: { readonly version: number; readonly epoch: string } | null;
  readonly live: boolean;
  readonly heartbeat: number;
  readonly heardAt: number;
  /** When the silence is looked at next; a timer that wakes before, by the clock, was overtaken by it. */
  readonly dueAt: number;
  /** When we asked for a sign of life, until there is one. */
  readonly askedAt: number | null;
  /** Nothing was heard for longer than was promised. */
  readonly doubtful: boolean;
  /** What was applied when we last heard a head while catching up. */
  readonly stalledAt: number | null;
  readonly end: { readonly code: number; readonly reason: string } | null;
}

export type Timer = "retry" | "patience" | "silence" | "proof" | "auth" | "goaway";

/** What happened. */
export type Input =
  | { readonly on: "start" | "stop" | "retry" | "online" | "offline" | "visible" | "opened" | "person" | "typing" }
  | { readonly on: "token"; readonly attempt: number; readonly token: string | null }
  | { readonly on: "no-token"; readonly attempt: number; readonly refused: string | null }
  | { readonly on: "heard"; readonly frame: Heard }
  | { readonly on: "closed"; readonly code: number; readonly reason: string }
  | { readonly on: "woke"; readonly timer: Timer };

/** What is to be done. */
export type Effect =
  | { readonly do: "ask-token"; readonly attempt: number; readonly fresh: boolean }
  | { readonly do: "open" | "hang-up" }
  | { readonly do: "say"; readonly frame: ClientFrame }
  | { readonly do: "wake"; readonly timer: Timer; readonly span: Span }
  | { readonly do: "calm"; readonly timers: readonly Timer[] }
  | { readonly do: "forget" }
  | { readonly do: "snapshot"; readonly draft: Draft; readonly epoch: string; readonly restored: boolean }
  | { readonly do: "events"; readonly events: readonly DraftEvent[] }
  | { readonly do: "people"; readonly people: readonly Name[] }
  | { readonly do: "presence"; readonly frame: PresenceFrame }
  | { readonly do: "typing"; readonly userId: string; readonly seconds: number };

export type Step = readonly [FeedState, readonly Effect[]];

/** Milliseconds within which a connection is welcomed, its token fetched before. */
export const PATIENCE = 20_000;
/** Milliseconds that a connection is live before it counts as a good one. */
export const PROOF = 5_000;
/** Milliseconds within which a sign of life comes that we asked for. */
export const ANSWER = 5_000;
/** Milliseconds that a heartbeat may be late, by the network and by the sweep of the service. */
export const LATE = 5_000;
/** Milliseconds within which a token that we sent is accepted; then another is fetched. */
export const ACCEPTANCE = 5_000;

const ALL: readonly Timer[] = ["retry", "patience", "silence", "proof", "auth", "goaway"];

/** A feed that was never started. */
export const IDLE: FeedState = {
  phase: "idle",
  last: null,
  epoch: null,
  head: 0,
  userId: null,
  attempt: 0,
  failures: 0,
  token: null,
  triedFresh: false,
  network: true,
  promised: null,
  live: false,
  heartbeat: 25_000,
  heardAt: 0,
  dueAt: 0,
  askedAt: null,
  doubtful: false,
  stalledAt: null,
  end: null,
};

/** How current what was applied is. Failing once is no reason to speak of it: the next attempt is made at once. */
export function standingOf(feed: FeedState): Standing {
  if (feed.phase === "ended") return "ended";
  if (!feed.network) return "offline";
  if (feed.phase !== "joined") return feed.failures > 1 ? "offline" : "connecting";
  const current = feed.live && feed.last !== null && feed.last >= feed.head && !feed.doubtful;
  return current ? "live" : "catching-up";
}

/** Takes in what happened at a time in milliseconds; returns where the feed is then, and what is to be done. */
export function step(feed: FeedState, input: Input, now: number): Step {
  switch (input.on) {
    case "start":
      return feed.phase === "idle" ? connect({ ...feed, failures: 0, end: null }) : [feed, []];
    case "stop":
      return leave(feed);
    case "retry":
      return isBetween(feed) || feed.phase === "ended" ? connect({ ...feed, failures: 0, end: null }) : [feed, []];
    case "person":
      return feed.phase === "idle" ? forgotten(feed) : also(forgotten(feed), connect);
    case "online":
      return online(feed, now);
    case "offline":
      return offline(feed);
    case "visible":
      if (feed.phase === "waiting") return connect(feed);
      return feed.phase === "joined" ? probe(overdue(feed, now), now) : [feed, []];
    case "typing":
      return feed.phase === "joined" && feed.live ? [feed, [say({ type: "typing" })]] : [feed, []];
    case "token":
      return input.attempt === feed.attempt ? tokenCame(feed, input.token) : [feed, []];
    case "no-token":
      return input.attempt === feed.attempt ? tokenFailed(feed, input.refused) : [feed, []];
    case "opened":
      return feed.phase === "opening" ? [{ ...feed, phase: "greeting" }, [say(hello(feed))]] : [feed, []];
    case "heard":
      return hasSocket(feed) ? heard(feed, input.frame, now) : [feed, []];
    case "closed":
      return hasSocket(feed) ? closed(feed, input.code, input.reason) : [feed, []];
    case "woke":
      return woke(feed, input.timer, now);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Connecting, and losing connections

function connect(feed: FeedState, fresh = false): Step {
  const attempt = feed.attempt + 1;
  return [
    { ...feed, ...NOT_JOINED, phase: "asking", attempt },
    [
      { do: "calm", timers: ALL },
      { do: "hang-up" },
      { do: "wake", timer: "patience", span: { least: PATIENCE, jitter: 0 } },
      { do: "ask-token", attempt, fresh },
    ],
  ];
}

const NOT_JOINED = {
  token: null,
  promised: null,
  live: false,
  askedAt: null,
  doubtful: false,
  stalledAt: null,
} satisfies Partial<FeedState>;

/** The connection is of no more use: at once another one, and then with more and more patience. */
function lost(feed: FeedState): Step {
  const failures = feed.failures + 1;
  return failures === 1 ? connect({ ...feed, failures }) : wait({ ...feed, failures }, "waiting", backOff(failures));
}

function wait(feed: FeedState, phase: "waiting" | "crowded", span: Span): Step {
  return [
    { ...feed, ...NOT_JOINED, phase, attempt: feed.attempt + 1 },
    [{ do: "calm", timers: ALL }, { do: "hang-up" }, { do: "wake", timer: "retry", span }],
  ];
}

function ended(feed: FeedState, code: number, reason: string): Step {
  return [
    { ...feed, ...NOT_JOINED, phase: "ended", attempt: feed.attempt + 1, end: { code, reason } },
    [{ do: "calm", timers: ALL }, { do: "hang-up" }],
  ];
}

function leave(feed: FeedState): Step {
  const bye: readonly Effect[] = feed.phase === "joined" ? [say({ type: "bye" })] : [];
  return [
    { ...feed, ...NOT_JOINED, phase: "idle", attempt: feed.attempt + 1 },
    [...bye, { do: "calm", timers: ALL }, { do: "hang-up" }],
  ];
}

function closed(feed: FeedState, code: number, reason: string): Step {
  if (code === 4005) return lost({ ...feed, last: null, head: 0 });
  if (code < 4400 || code > 4499) return lost(feed);
  if (code === 4429) return wait({ ...feed, failures: feed.failures + 1 }, "crowded", CROWDED);
  // A token that was good when it was fetched may not be any more; nobody's will not get better.
  if (code === 4401 && feed.token !== null && !feed.triedFresh) return connect({ ...feed, triedFresh: true }, true);
  return ended(feed, code, reason);
}

/** Somebody else reads from now on: what the one before could see is none of theirs. */
function forgotten(feed: FeedState): Step {
  const kept = { network: feed.network, attempt: feed.attempt, phase: feed.phase };
  return [{ ...IDLE, ...kept }, [{ do: "forget" }]];
}

function online(feed: FeedState, now: number): Step {
  const there = { ...feed, network: true };
  if (there.phase === "joined") return probe({ ...there, doubtful: true }, now);
  const hopeful = there.phase === "waiting" || there.phase === "asking" || hasSocket(there);
  return hopeful ? connect(there) : [there, []];
}

/** Whatever connection there is leads nowhere. A browser may be wrong about that, so attempts go on. */
function offline(feed: FeedState): Step {
  const gone = { ...feed, network: false };
  if (feed.phase === "idle" || feed.phase === "ended" || feed.phase === "crowded") return [gone, []];
  const failures = Math.max(2, feed.failures);
  return wait({ ...gone, failures }, "waiting", backOff(failures));
}

// ---------------------------------------------------------------------------------------------------------------------
// Tokens

function hello(feed: FeedState): ClientFrame {
  const place = feed.last !== null && feed.epoch !== null ? { after: feed.last, epoch: feed.epoch } : {};
  return { type: "hello", ...(feed.token === null ? {} : { token: feed.token }), ...place };
}

function tokenCame(feed: FeedState, token: string | null): Step {
  if (feed.phase === "asking") return [{ ...feed, phase: "opening", token }, [{ do: "open" }]];
  if (feed.phase !== "joined" || token === null) return [feed, []];
  return [{ ...feed, token }, [say({ type: "auth", token }), renewed]];
}

function tokenFailed(feed: FeedState, refused: string | null): Step {
  if (feed.phase === "asking") return refused === null ? lost(feed) : ended(feed, 4401, refused);
  return feed.phase === "joined" ? [feed, [renewed]] : [feed, []];
}

/** Looks again after a while: an issuer may have handed out the token that we had. */
const renewed: Effect = { do: "wake", timer: "auth", span: { least: ACCEPTANCE, jitter: 0 } };

// ---------------------------------------------------------------------------------------------------------------------
// What the service says

function heard(before: FeedState, frame: Heard, now: number): Step {
  const feed = { ...before, heardAt: now, askedAt: null, doubtful: false };
  if (frame.type === "unknown") return [feed, []];
  if (frame.type === "nonsense") return lost(feed);
  if (frame.type === "welcome") return feed.phase === "greeting" ? welcomed(feed, frame) : lost(feed);
  if (frame.type === "error") return [feed, []];
  if (feed.phase !== "joined") return lost(feed);
  switch (frame.type) {
    case "snapshot":
      return shown(feed, frame.draft);
    case "events":
      return happened(feed, frame.events);
    case "live":
      return wentLive(feed, frame.version);
    case "ping":
      return also([feed, [say({ type: "pong", version: feed.last ?? 0 })]], (then) => headTold(then, frame.head));
    case "pong":
      return headTold(feed, frame.head);
    case "people":
      return [feed, [{ do: "people", people: frame.people }]];
    case "presence":
      return [feed, [{ do: "presence", frame }]];
    case "typing":
      return [feed, [{ do: "typing", userId: frame.user_id, seconds: frame.seconds }]];
    case "token_expiring":
      return [feed, [{ do: "ask-token", attempt: feed.attempt, fresh: true }]];
    case "token_accepted":
      return [feed, [{ do: "calm", timers: ["auth"] }]];
    case "goaway":
      return [feed, [{ do: "wake", timer: "goaway", span: { least: 0, jitter: frame.window * 1000 } }]];
  }
}

function welcomed(feed: FeedState, welcome: Extract<ServerFrame, { type: "welcome" }>): Step {
  const sameLog = welcome.epoch === feed.epoch;
  const heartbeat = welcome.heartbeat_seconds * 1000;
  const joined: FeedState = {
    ...feed,
    phase: "joined",
    network: true,
    userId: welcome.user_id,
    heartbeat,
    head: Math.max(sameLog ? feed.head : 0, welcome.head),
    dueAt: feed.heardAt + heartbeat + LATE,
  };
  const effects: readonly Effect[] = [
    { do: "calm", timers: ["patience"] },
    { do: "wake", timer: "silence", span: { least: heartbeat + LATE, jitter: 0 } },
  ];
  if (welcome.mode === "snapshot") {
    return [{ ...joined, promised: { version: welcome.from, epoch: welcome.epoch } }, effects];
  }
  // We go on from where we are: a welcome that leaves a gap, or is of another log, is none.
  const follows = sameLog && feed.last !== null && welcome.from <= feed.last;
  return follows ? [joined, effects] : lost({ ...feed, last: null, head: 0 });
}

function shown(feed: FeedState, draft: Draft): Step {
  const { promised } = feed;
  if (promised?.version !== draft.version) return lost(feed);
  // Without our place, or in another log, what we had need not be part of what there is.
  const restored = feed.epoch !== null && (feed.last === null || feed.epoch !== promised.epoch);
  const head = Math.max(feed.head, draft.version);
  return [
    { ...feed, promised: null, last: draft.version, epoch: promised.epoch, head },
    [{ do: "snapshot", draft, epoch: promised.epoch, restored }],
  ];
}

/** P2: each event once and in order, a frame as a whole; what we had is dropped, and anything else is a reason to go. */
function happened(feed: FeedState, events: readonly DraftEvent[]): Step {
  const { last } = feed;
  if (last === null || feed.promised !== null) return lost(feed);
  const fresh = events.filter((event) => event.version > last);
  if (fresh.some((event, index) => event.version !== last + 1 + index)) return lost(feed);
  if (fresh.length === 0) return [feed, []];
  const newest = last + fresh.length;
  return [{ ...feed, last: newest, head: Math.max(feed.head, newest) }, [{ do: "events", events: fresh }]];
}

function wentLive(feed: FeedState, version: number): Step {
  if (feed.promised !== null) return lost(feed);
  return also([{ ...feed, live: true }, [proof]], (then) => headTold(then, version));
}

const proof: Effect = { do: "wake", timer: "proof", span: { least: PROOF, jitter: 0 } };

/** P5: events that were written before a head was told arrive before it, so one above what we have was missed. */
function headTold(feed: FeedState, head: number): Step {
  const last = feed.last ?? 0;
  const told = { ...feed, head: Math.max(feed.head, head) };
  const isCurrent = head <= last && feed.promised === null;
  if (isCurrent) return feed.live ? [told, []] : [{ ...told, live: true }, [proof]];
  // While catching up there is more to come; but it has to come.
  if (!feed.live && feed.stalledAt !== last) return [{ ...told, stalledAt: last }, []];
  return lost(told);
}

// ---------------------------------------------------------------------------------------------------------------------
// Time

function woke(feed: FeedState, timer: Timer, now: number): Step {
  switch (timer) {
    case "retry":
      return isBetween(feed) ? connect(feed) : [feed, []];
    case "patience":
      return feed.phase === "asking" || hasSocket(feed) ? lost(feed) : [feed, []];
    case "silence":
      return feed.phase === "joined" ? listened(putBack(feed, now), now) : [feed, []];
    case "proof":
      return feed.live ? [{ ...feed, failures: 0, triedFresh: false }, []] : [feed, []];
    case "auth":
      return feed.phase === "joined" ? [feed, [{ do: "ask-token", attempt: feed.attempt, fresh: true }]] : [feed, []];
    case "goaway":
      return feed.phase === "joined" ? connect(feed) : [feed, []];
  }
}

/** How long may it be silent still? Longer than was promised is doubtful, and after that we ask, once. */
function listened(feed: FeedState, now: number): Step {
  if (feed.askedAt !== null && since(feed.askedAt, now) >= ANSWER) return lost({ ...feed, doubtful: true });
  const doubting = overdue(feed, now);
  if (doubting.doubtful) return probe(doubting, now);
  const until = feed.askedAt !== null ? feed.askedAt + ANSWER : feed.heardAt + feed.heartbeat + LATE;
  const dueAt = Math.max(now, until);
  return [{ ...feed, dueAt }, [{ do: "wake", timer: "silence", span: { least: dueAt - now, jitter: 0 } }]];
}

/** The times by a clock that was set back since the timer was, which has waited for so long all the same. */
function putBack(feed: FeedState, now: number): FeedState {
  const by = Math.max(0, feed.dueAt - now);
  const askedAt = feed.askedAt === null ? null : feed.askedAt - by;
  return by === 0 ? feed : { ...feed, heardAt: feed.heardAt - by, askedAt };
}

function overdue(feed: FeedState, now: number): FeedState {
  return since(feed.heardAt, now) >= feed.heartbeat + LATE ? { ...feed, doubtful: true } : feed;
}

/** Asks for a sign of life; if one was asked for already, its time goes on. */
function probe(feed: FeedState, now: number): Step {
  if (feed.askedAt !== null && since(feed.askedAt, now) >= ANSWER) return lost(feed);
  const asking = feed.askedAt === null;
  const askedAt = feed.askedAt ?? now;
  const dueAt = askedAt + ANSWER;
  const wake: Effect = { do: "wake", timer: "silence", span: { least: dueAt - now, jitter: 0 } };
  return [{ ...feed, askedAt, dueAt }, asking ? [say({ type: "ping" }), wake] : [wake]];
}

/** How long ago it was; nobody knows that once the clock was set back, so it may have been too long. */
function since(then: number, now: number): number {
  return now < then ? Number.POSITIVE_INFINITY : now - then;
}

// ---------------------------------------------------------------------------------------------------------------------

function isBetween(feed: FeedState): boolean {
  return feed.phase === "waiting" || feed.phase === "crowded";
}

function hasSocket(feed: FeedState): boolean {
  return feed.phase === "opening" || feed.phase === "greeting" || feed.phase === "joined";
}

function say(frame: ClientFrame): Effect {
  return { do: "say", frame };
}

function also([feed, effects]: Step, next: (feed: FeedState) => Step): Step {
  const [then, more] = next(feed);
  return [then, [...effects, ...more]];
}
