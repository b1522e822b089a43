/**
 * How each event changes a draft: the result is what REST would answer at that version, but for metrics and open invites.
 *
 * Whatever an event does not change stays the very object that it was, so that one event costs one small render.
 */

import type { Draft, DraftEvent, DraftEventOf, Member, Role, Segment } from "../model.ts";
import { mapped, type Names, nameOf } from "./names.ts";
import { microseconds, moment, respelled } from "./time.ts";

/** A draft with what it does not tell of itself, and what its last events did not tell us. */
export interface Fold {
  readonly draft: Draft;
  readonly turn: Turn;
  readonly lacking: Lacking;
}

/** What only REST knows: the head (a name, the deadline), or everything (an event that we can't read). */
export type Lacking = "nothing" | "head" | "everything";

/** How long a turn lasts, in hours, and since when it counts, in microseconds since 1970; null where it is not known. */
interface Turn {
  readonly limit: number | null;
  readonly since: number | null;
}

type Type = DraftEvent["type"];
type Data<Of extends Type> = NonNullable<DraftEventOf<Of>["data"]>;
type Change = Partial<Draft>;

const HOUR = 3_600_000_000;

/** A draft as the service shows it, to go on from. */
export function foldOf(draft: Draft): Fold {
  return { draft, turn: turnOf(draft), lacking: "nothing" };
}

/** The draft after an event; `names` are for whoever joins. */
export function evolve(fold: Fold, event: DraftEvent, names: Names): Fold {
  const change = changeOf(fold.draft, event, names);
  const draft: Draft = { ...fold.draft, ...change, version: event.version, updated_at: event.at };
  if (change === null) return { ...fold, draft, lacking: "everything" };
  const turn = turnAfter(fold.turn, event);
  const lacking = event.type === "collaborator_added" ? moreOf(fold.lacking, "head") : fold.lacking;
  if (turn === fold.turn && takesTurns(draft) === takesTurns(fold.draft)) return { draft, turn, lacking };
  const deadline = takesTurns(draft) ? deadlineOf(turn) : null;
  return {
    draft: { ...draft, ring_state: { ...draft.ring_state, deadline_at: deadline ?? null } },
    turn,
    lacking: deadline === undefined ? moreOf(lacking, "head") : lacking,
  };
}

/** The draft and its turn once its head was read again at the very same version; the text stays. */
export function corrected(fold: Fold, read: Draft): Fold {
  const draft = { ...read, segments: fold.draft.segments, metrics: null, pending_invites: [] };
  const seen = turnOf(draft);
  return { draft, turn: seen.limit === null ? fold.turn : seen, lacking: "nothing" };
}

/** The greater of two needs. */
export function moreOf(one: Lacking, other: Lacking): Lacking {
  const needs: readonly Lacking[] = ["nothing", "head", "everything"];
  return needs.indexOf(one) < needs.indexOf(other) ? other : one;
}

/** What an event changes; null if it can't be told from it: erased, or of a kind that is newer than we are. */
function changeOf(draft: Draft, event: DraftEvent, names: Names): Change | null {
  if (!Object.hasOwn(CHANGES, event.type)) return null;
  if (event.data === null && !SELF_EVIDENT.has(event.type)) return null;
  const change = CHANGES[event.type] as (draft: Draft, data: unknown, event: DraftEvent, names: Names) => Change;
  return change(draft, event.data, event, names);
}

/** What these mean stands in their type alone. */
const SELF_EVIDENT: ReadonlySet<Type> = new Set<Type>([
  "draft_locked",
  "draft_unlocked",
  "draft_completed",
  "draft_reopened",
  "draft_archived",
  "holder_nudged",
]);

const CHANGES: {
  readonly [Of in Type]: (draft: Draft, data: Data<Of>, event: DraftEvent, names: Names) => Change;
} = {
  draft_created: () => ({}),
  segment_added: (draft, data, { at }, names) => ({ segments: [...draft.segments, added(draft, data, at, names)] }),
  segment_amended: ({ segments }, data) => ({ segments: amended(segments, data) }),
  segment_withdrawn: ({ segments }, data) => ({ segments: withdrawn(segments, data) }),
  ring_passed: ({ ring_state }, data, { at }) => ({
    ring_state: {
      ...ring_state,
      current_holder_id: data.to_user_id,
      holders_history: [...ring_state.holders_history, data.to_user_id],
      passed_at: at,
      last_passed_at: at,
    },
  }),
  holder_nudged: () => ({}),
  collaborator_added: (draft, { user_id, role }, { at }, names) => {
    // Out and in again: whoever comes back is the newest.
    const others = draft.members.filter((member) => member.user_id !== user_id);
    return peopled(draft, [...others, { user_id, display: nameOf(user_id, names), role, joined_at: at }]);
  },
  collaborator_removed: (draft, { user_id }) =>
    peopled(
      draft,
      draft.members.filter((member) => member.user_id !== user_id),
    ),
  role_changed: ({ members }, { user_id, role }) => ({ members: withRole(members, user_id, role) }),
  ownership_transferred: ({ members }, { from_user_id, to_user_id }) => ({
    members: withRole(withRole(members, from_user_id, "contributor"), to_user_id, "owner"),
  }),
  draft_renamed: (_, { title }) => ({ title }),
  draft_described: (_, { description }) => ({ description }),
  platform_changed: (_, { platform }) => ({ platform: platform ?? null }),
  visibility_changed: (_, { visibility }) => ({ visibility }),
  turn_limit_changed: () => ({}),
  publish_date_changed: (_, { target_publish_at }) => ({
    target_publish_at: target_publish_at ? respelled(target_publish_at) : null,
  }),
  draft_locked: () => ({ status: "locked" }),
  draft_unlocked: () => ({ status: "active" }),
  draft_completed: () => ({ status: "completed" }),
  draft_reopened: () => ({ status: "active" }),
  draft_archived: () => ({ status: "archived" }),
};

// ---------------------------------------------------------------------------------------------------------------------
// The text

/** A segment that was written while its author held the ring. */
function added(draft: Draft, data: Data<"segment_added">, at: string, names: Names): Segment {
  const holder = draft.ring_state.current_holder_id;
  return {
    segment_id: data.segment_id,
    draft_id: draft.draft_id,
    user_id: data.author_id,
    content: data.content,
    created_at: at,
    segment_order: data.segment_order,
    author_user_id: data.author_id,
    author_display: nameOf(data.author_id, names),
    ring_holder_user_id_at_write: holder,
    ring_holder_display_at_write: nameOf(holder, names),
    idempotency_key: null,
  };
}

/** The segments with another text of one of them, if it is among those loaded. */
export function amended(segments: readonly Segment[], data: Data<"segment_amended">): readonly Segment[] {
  const { segment_order, content } = data;
  return mapped(segments, (segment) => (segment.segment_order === segment_order ? { ...segment, content } : segment));
}

/** The segments without one of them, if it is among those loaded. */
export function withdrawn(segments: readonly Segment[], data: Data<"segment_withdrawn">): readonly Segment[] {
  const left = segments.filter((segment) => segment.segment_order !== data.segment_order);
  return left.length === segments.length ? segments : left;
}

// ---------------------------------------------------------------------------------------------------------------------
// People

function peopled(draft: Draft, members: readonly Member[]): Change {
  const ids = members.map((member) => member.user_id);
  return { members, collaborators: ids.filter((id) => id !== draft.creator_id) };
}

function withRole(members: readonly Member[], userId: string, role: Role): readonly Member[] {
  return mapped(members, (member) =>
    member.user_id === userId && member.role !== role ? { ...member, role } : member,
  );
}

// ---------------------------------------------------------------------------------------------------------------------
// Turns

/**
 * How long a turn lasts, from a draft that shows when this one is over: a whole number of hours after the later of when
 * the ring came and what its holder wrote last. If that was withdrawn, or the draft takes no turns, it can't be told.
 */
function turnOf({ ring_state, segments }: Draft): Turn {
  const passed = microseconds(ring_state.passed_at) ?? 0;
  const written = microseconds(segments.at(-1)?.created_at ?? "") ?? 0;
  const deadline = ring_state.deadline_at === null ? null : microseconds(ring_state.deadline_at);
  const since = Math.max(passed, written);
  const hours = deadline === null ? 0 : (deadline - since) / HOUR;
  return Number.isInteger(hours) && hours > 0 ? { limit: hours, since } : { limit: null, since: null };
}

function turnAfter(turn: Turn, event: DraftEvent): Turn {
  if (event.type === "ring_passed" || event.type === "segment_added") {
    return { ...turn, since: microseconds(event.at) };
  }
  return event.type === "turn_limit_changed" && event.data !== null
    ? { ...turn, limit: event.data.turn_limit_hours }
    : turn;
}

/** When the turn is over; undefined if we can't know. */
function deadlineOf({ limit, since }: Turn): string | undefined {
  return limit === null || since === null ? undefined : moment(since + limit * HOUR);
}

function takesTurns({ status }: Draft): boolean {
  return status !== "completed" && status !== "archived";
}
