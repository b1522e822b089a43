/** A draft that was written, and what happened to it. */
import type { Draft, DraftEvent } from "@onering/client";

export const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
/** What its people are called. */
export const NAMES = { alice: "Alice", bob: "Bob", carol: "Carol" };
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Something that happened, at a version. */
export function event(version: number, type: DraftEvent["type"], data: object, actor = "alice"): DraftEvent {
  return {
    type,
    draft_id: DRAFT,
    version,
    position: `0.${version}`,
    event_id: id(1000 + version),
    command_id: id(2000 + version),
    idempotency_key: null,
    at: `2026-05-03T12:${String(version % 60).padStart(2, "0")}:00.000000Z`,
    actor: { id: actor },
    data,
  } as unknown as DraftEvent;
}

export const wrote = (version: number, order: number, content: string, author = "alice"): DraftEvent =>
  event(version, "segment_added", { segment_id: id(order), author_id: author, content, segment_order: order }, author);
export const amended = (version: number, order: number, content: string, author = "alice"): DraftEvent =>
  event(version, "segment_amended", { segment_id: id(order), content, segment_order: order }, author);
export const passed = (version: number, from: string, to: string): DraftEvent =>
  event(version, "ring_passed", { from_user_id: from, to_user_id: to }, from);

/** A draft of Alice and Bob, in which little happened. */
export const STORY: readonly DraftEvent[] = [
  event(1, "draft_created", { creator_id: "alice", title: "A walk", visibility: "public" }),
  wrote(2, 0, "We left at dawn."),
  event(3, "collaborator_added", { user_id: "bob", role: "contributor" }),
  passed(4, "alice", "bob"),
  wrote(5, 1, "It rained.", "bob"),
  amended(6, 1, "It poured.", "bob"),
];

/** The draft as these events left it. */
export function draftAfter(events: readonly DraftEvent[]): Draft {
  const segments = new Map<string, Draft["segments"][number]>();
  let holder = "alice";
  for (const { type, data, at } of events) {
    if (data === null) continue;
    if (type === "segment_added") {
      segments.set(data.segment_id, segmentOf(data.segment_id, data.author_id, data.content, data.segment_order, at));
    } else if (type === "segment_amended") {
      const before = segments.get(data.segment_id);
      if (before !== undefined) segments.set(data.segment_id, { ...before, content: data.content });
    } else if (type === "ring_passed") holder = data.to_user_id;
  }
  const at = events.at(-1)?.at ?? "";
  const member = (user_id: string, role: "owner" | "contributor") => ({
    user_id,
    display: user_id,
    role,
    joined_at: at,
  });
  return {
    draft_id: DRAFT,
    workspace_id: id(0),
    creator_id: "alice",
    title: "A walk",
    description: "",
    platform: null,
    status: "active",
    visibility: "public",
    version: events.length,
    segments: [...segments.values()],
    ring_state: {
      draft_id: DRAFT,
      current_holder_id: holder,
      holders_history: [holder],
      passed_at: at,
      last_passed_at: at,
      deadline_at: null,
      idempotency_key: null,
    },
    collaborators: ["bob"],
    members: [member("alice", "owner"), member("bob", "contributor")],
    pending_invites: [],
    created_at: at,
    updated_at: at,
    target_publish_at: null,
    metrics: null,
  };
}

function segmentOf(segment_id: string, author: string, content: string, order: number, at: string) {
  return {
    segment_id,
    draft_id: DRAFT,
    user_id: author,
    content,
    created_at: at,
    segment_order: order,
    author_user_id: author,
    author_display: author,
    ring_holder_user_id_at_write: author,
    ring_holder_display_at_write: author,
    idempotency_key: null,
  };
}
