/** What I asked for and the feed has not confirmed: how it shows in the text, and when it is no longer pending (P6). */

import type { Command, CommandOf, Draft, DraftEvent, Segment } from "../model.ts";
import { type Names, nameOf } from "./names.ts";
import type { Written } from "./state.ts";

/** A command of mine. They are sent one after the other, in the order of the list. */
export interface Pending {
  /** The idempotency key that it is sent under, however often. */
  readonly key: string;
  readonly command: Command;
  /** When I asked, RFC 3339. */
  readonly at: string;
  /** `tried` may have been done, `acknowledged` was: as the draft's `version`. */
  readonly phase: "queued" | "tried" | "acknowledged";
  readonly version: number | null;
  /** A snapshot has it already, so the text must not show it twice. */
  readonly seen: boolean;
}

/** What came of a list: what is left, and what is done, with the events that say so. */
export interface Settled {
  readonly left: readonly Pending[];
  readonly confirmed: ReadonlyMap<Pending, readonly DraftEvent[]>;
}

/** The list once these events were applied; the last of them is the draft's version. */
export function confirmedBy(list: readonly Pending[], events: readonly DraftEvent[], me: string | null): Settled {
  const confirmed = new Map<Pending, readonly DraftEvent[]>();
  const version = events.at(-1)?.version ?? 0;
  for (const item of list) {
    const said = events.filter((event) => event.actor.id === me && event.idempotency_key === item.key);
    if (said.length > 0) confirmed.set(item, said);
  }
  return { left: list.filter((item) => !confirmed.has(item) && !isReached(item, version)), confirmed };
}

/** The list once the draft is at a version: what was acknowledged up to it is in the draft. */
export function reachedBy(list: readonly Pending[], version: number): readonly Pending[] {
  const left = list.filter((item) => !isReached(item, version));
  return left.length === list.length ? list : left;
}

function isReached({ version }: Pending, reached: number): boolean {
  return version !== null && version <= reached;
}

/**
 * The list once a snapshot replaced the draft, whose next segment would have had the order `next`. Snapshots have no
 * idempotency keys: whether one has what was tried, its answer will say. Until then what looks like it is not shown.
 * After a log was `restored`, what it may have lost is asked for again.
 */
export function afterSnapshot(
  list: readonly Pending[],
  draft: Draft,
  { next, restored, me }: { readonly next: number; readonly restored: boolean; readonly me: string | null },
): readonly Pending[] {
  const again = restored
    ? list.map((item): Pending => (item.phase === "acknowledged" ? { ...item, phase: "tried", version: null } : item))
    : reachedBy(list, draft.version);
  const news = draft.segments.filter((segment) => segment.author_user_id === me && segment.segment_order >= next);
  return again.map((item) => {
    if (item.command.type !== "add-segment" || item.phase === "queued" || (item.seen && !restored)) return item;
    const { content } = item.command;
    const like = news.findIndex((segment) => segment.content === content);
    if (like >= 0) news.splice(like, 1);
    return { ...item, seen: like >= 0 };
  });
}

/** The text with what is pending, each in its place: changed, taken out, or last. */
export function overlaid(draft: Draft, list: readonly Pending[], me: string | null, names: Names): readonly Written[] {
  let written = draft.segments.map(stored);
  for (const item of list) {
    const { command } = item;
    if (command.type === "amend-segment") {
      written = written.map((entry) =>
        entry.segment.segment_id === command.segment_id ? amended(entry, command) : entry,
      );
    } else if (command.type === "withdraw-segment") {
      written = written.filter((entry) => entry.segment.segment_id !== command.segment_id);
    } else if (command.type === "add-segment" && !item.seen) {
      written.push(added(item, command, draft, me ?? "", names));
    }
  }
  return written;
}

// One object for each segment, as long as there is one: who shows it compares by identity.
const STORED = new WeakMap<Segment, Written>();

function stored(segment: Segment): Written {
  const known = STORED.get(segment);
  if (known !== undefined) return known;
  const made: Written = { segment, state: "stored" };
  STORED.set(segment, made);
  return made;
}

const SENDING = new WeakMap<Command, Written>();

function added(item: Pending, { content }: CommandOf<"add-segment">, draft: Draft, me: string, names: Names): Written {
  const known = SENDING.get(item.command);
  const holder = draft.ring_state.current_holder_id;
  const order = (draft.segments.at(-1)?.segment_order ?? -1) + 1;
  if (known !== undefined && known.segment.segment_order >= order) return known;
  const segment: Segment = {
    segment_id: item.key,
    draft_id: draft.draft_id,
    user_id: me,
    content,
    created_at: item.at,
    segment_order: order,
    author_user_id: me,
    author_display: nameOf(me, names),
    ring_holder_user_id_at_write: holder,
    ring_holder_display_at_write: nameOf(holder, names),
    idempotency_key: null,
  };
  const made: Written = { segment, state: "sending" };
  SENDING.set(item.command, made);
  return made;
}

const AMENDED = new WeakMap<Segment, Written>();

function amended({ segment }: Written, { content }: CommandOf<"amend-segment">): Written {
  const known = AMENDED.get(segment);
  if (known?.segment.content === content) return known;
  const made: Written = { segment: { ...segment, content }, state: "sending" };
  AMENDED.set(segment, made);
  return made;
}
