/** The frames of the live feed, both ways, as docs/LIVE.md has them; what comes in is read with care. */

import type { Draft, DraftEvent } from "../model.ts";

/** What the service says. */
export type ServerFrame =
  | {
      readonly type: "welcome";
      readonly user_id: string | null;
      readonly epoch: string;
      readonly from: number;
      readonly head: number;
      readonly mode: "resume" | "snapshot" | "events";
      readonly heartbeat_seconds: number;
    }
  | { readonly type: "snapshot"; readonly version: number; readonly draft: Draft }
  | { readonly type: "events"; readonly events: readonly DraftEvent[] }
  | { readonly type: "live"; readonly version: number }
  | { readonly type: "ping"; readonly head: number }
  | { readonly type: "pong"; readonly head: number }
  | { readonly type: "people"; readonly people: readonly Name[] }
  | PresenceFrame
  | { readonly type: "typing"; readonly user_id: string; readonly seconds: number }
  | { readonly type: "token_expiring" }
  | { readonly type: "token_accepted" }
  | { readonly type: "goaway"; readonly reason: string; readonly window: number }
  | { readonly type: "error"; readonly code: string; readonly message: string; readonly retry: boolean };

/** How a person is called from now on. */
export interface Name {
  readonly user_id: string;
  readonly display: string;
}

/** Who is there, or who came and went. */
export interface PresenceFrame {
  readonly type: "presence";
  readonly mode: "state" | "diff" | "counts";
  readonly people: readonly string[];
  readonly left: readonly string[];
  readonly count: number;
  readonly anonymous: number;
}

/** What a message turned out to be: a frame, one of a newer service (to be ignored), or none at all. */
export type Heard = ServerFrame | { readonly type: "unknown" } | { readonly type: "nonsense" };

/** What we say. */
export type ClientFrame =
  | {
      readonly type: "hello";
      readonly token?: string;
      readonly after?: number;
      readonly epoch?: string;
    }
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "pong"; readonly version: number }
  | { readonly type: "ping" }
  | { readonly type: "typing" }
  | { readonly type: "bye" };

type Fields = Readonly<Record<string, unknown>>;

const NONSENSE: Heard = { type: "nonsense" };

/** Reads a message. Never throws; fields that we don't know stay where they are. */
export function parse(message: unknown): Heard {
  if (typeof message !== "string") return NONSENSE;
  let fields: unknown;
  try {
    fields = JSON.parse(message);
  } catch {
    return NONSENSE;
  }
  if (!isObject(fields) || typeof fields.type !== "string") return NONSENSE;
  const isOne = Object.hasOwn(CHECKS, fields.type) ? CHECKS[fields.type as ServerFrame["type"]] : null;
  if (isOne === null) return { type: "unknown" };
  return isOne(fields) ? (fields as unknown as ServerFrame) : NONSENSE;
}

const CHECKS: { readonly [Type in ServerFrame["type"]]: (frame: Fields) => boolean } = {
  welcome: (frame) =>
    isCount(frame.from) &&
    isCount(frame.head) &&
    isText(frame.epoch) &&
    (frame.user_id === null || isText(frame.user_id)) &&
    (frame.mode === "resume" || frame.mode === "snapshot" || frame.mode === "events") &&
    isSeconds(frame.heartbeat_seconds),
  snapshot: (frame) => isDraft(frame.draft) && frame.draft.version === frame.version,
  events: (frame) => isList(frame.events, isEvent),
  live: (frame) => isCount(frame.version),
  ping: (frame) => isCount(frame.head),
  pong: (frame) => isCount(frame.head),
  people: (frame) => isList(frame.people, (name) => isObject(name) && isText(name.user_id) && isText(name.display)),
  presence: (frame) =>
    (frame.mode === "state" || frame.mode === "diff" || frame.mode === "counts") &&
    isList(frame.people, isText) &&
    isList(frame.left, isText) &&
    isCount(frame.count) &&
    isCount(frame.anonymous),
  typing: (frame) => isText(frame.user_id) && isSeconds(frame.seconds),
  token_expiring: () => true,
  token_accepted: () => true,
  goaway: (frame) => isSeconds(frame.window),
  error: () => true,
};

function isEvent(event: unknown): boolean {
  return (
    isObject(event) &&
    isText(event.type) &&
    isVersion(event.version) &&
    isText(event.at) &&
    isObject(event.actor) &&
    isText(event.actor.id) &&
    (event.idempotency_key === null || isText(event.idempotency_key)) &&
    (event.data === null || isObject(event.data))
  );
}

function isDraft(draft: unknown): draft is Fields {
  return (
    isObject(draft) &&
    isVersion(draft.version) &&
    isObject(draft.ring_state) &&
    isList(draft.members, isObject) &&
    isList(draft.segments, (segment) => isObject(segment) && isCount(segment.segment_order))
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isVersion(value: unknown): boolean {
  return isCount(value) && value > 0;
}

function isSeconds(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
