/** Drafts and segments for tests. */

import type { Draft, DraftEventOf, Member, Role, Segment, Written } from "@onering/client";

export const DRAFT = "0190a2b4-0000-7000-8000-000000000001";
export const NOON = "2026-11-26T12:00:00.000000Z";

/** So many minutes after noon, RFC 3339. */
export const later = (minutes: number): string => new Date(Date.parse(NOON) + minutes * 60_000).toISOString();

/** A segment of `author`; its id says its order. */
export function segment(order: number, author = "alice", content = `Sentence ${order}.`, at = later(order)): Segment {
  return {
    segment_id: `segment-${order}`,
    draft_id: DRAFT,
    user_id: author,
    content,
    created_at: at,
    segment_order: order,
    author_user_id: author,
    author_display: called(author),
    ring_holder_user_id_at_write: author,
    ring_holder_display_at_write: called(author),
    idempotency_key: null,
  };
}

/** Segments as they are read, all of them confirmed. */
export const stored = (segments: readonly Segment[]): Written[] =>
  segments.map((one) => ({ segment: one, state: "stored" }));

/** How the people of tests are called: by their id, with a capital. */
export const called = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

const member = (id: string, role: Role): Member => ({ user_id: id, display: called(id), role, joined_at: NOON });

export const NAMES: Record<string, string> = { alice: "Alice", bob: "Bob", carol: "Carol", vera: "Vera" };

/** Alice's draft, in which Bob and Carol write and Vera reads; Alice holds the ring since noon, for a day. */
export function draft(changes: Partial<Draft> = {}, ring: Partial<Draft["ring_state"]> = {}): Draft {
  const closed = changes.status === "completed" || changes.status === "archived";
  return {
    draft_id: DRAFT,
    workspace_id: "0190a2b4-0000-7000-8000-00000000000f",
    creator_id: "alice",
    title: "A walk",
    description: "",
    platform: null,
    status: "active",
    visibility: "private",
    version: 4,
    segments: [],
    ring_state: {
      draft_id: DRAFT,
      current_holder_id: "alice",
      holders_history: [],
      passed_at: NOON,
      last_passed_at: NOON,
      deadline_at: closed ? null : later(24 * 60),
      idempotency_key: null,
      ...ring,
    },
    collaborators: ["bob", "carol", "vera"],
    members: [
      member("alice", "owner"),
      member("bob", "contributor"),
      member("carol", "contributor"),
      member("vera", "viewer"),
    ],
    pending_invites: [],
    created_at: NOON,
    updated_at: NOON,
    target_publish_at: null,
    metrics: null,
    ...changes,
  };
}

const stamp = (actor: string, version: number) => ({
  draft_id: DRAFT,
  version,
  position: `0.${version}`,
  event_id: `event-${version}`,
  command_id: `command-${version}`,
  at: later(version),
  actor: { id: actor },
  idempotency_key: null,
});

export function added(actor: string, version: number): DraftEventOf<"segment_added"> {
  const data = { segment_id: `segment-${version}`, author_id: actor, content: "More.", segment_order: version };
  return { ...stamp(actor, version), type: "segment_added", data };
}

export function passed(from: string, to: string, version: number): DraftEventOf<"ring_passed"> {
  return { ...stamp(from, version), type: "ring_passed", data: { from_user_id: from, to_user_id: to } };
}

export function nudged(actor: string, holder: string, version: number): DraftEventOf<"holder_nudged"> {
  return { ...stamp(actor, version), type: "holder_nudged", data: { user_id: actor, holder_id: holder } };
}
