/** What people are called. */

import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Draft, Member, Segment } from "../model.ts";

/** Display names by user id. */
export type Names = Readonly<Record<string, string>>;

/** What somebody is called: as we were told, or what the service calls whoever chose no name. */
export function nameOf(userId: string, names: Names): string {
  return told(names, userId) ?? `@u_${bytesToHex(sha1(utf8ToBytes(userId))).slice(-6)}`;
}

/** What we were told that somebody is called. User ids are anything, so a name is looked for among our own keys alone. */
export function told(names: Names, userId: string): string | undefined {
  return Object.hasOwn(names, userId) ? names[userId] : undefined;
}

/** The names that a draft tells. */
export function namesIn(draft: Draft): Names {
  return Object.fromEntries([...namesOfSegments(draft.segments), ...draft.members.map(named)]);
}

/** The names that segments tell. */
export function namesOfSegments(segments: readonly Segment[]): readonly (readonly [string, string])[] {
  return segments.flatMap((segment) => [
    [segment.author_user_id, segment.author_display] as const,
    [segment.ring_holder_user_id_at_write, segment.ring_holder_display_at_write] as const,
  ]);
}

/** The draft by those names; whatever they don't change stays the very object that it was. */
export function renamed(draft: Draft, names: Names): Draft {
  const members = mapped(draft.members, (member) => withDisplay(member, names));
  const segments = mapped(draft.segments, (segment) => withAuthor(segment, names));
  return members === draft.members && segments === draft.segments ? draft : { ...draft, members, segments };
}

/** The segment by those names. */
export function withAuthor(segment: Segment, names: Names): Segment {
  const author = told(names, segment.author_user_id) ?? segment.author_display;
  const holder = told(names, segment.ring_holder_user_id_at_write) ?? segment.ring_holder_display_at_write;
  if (author === segment.author_display && holder === segment.ring_holder_display_at_write) return segment;
  return { ...segment, author_display: author, ring_holder_display_at_write: holder };
}

/** The list with each item changed; the same list if none is. */
export function mapped<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}

function named(member: Member): readonly [string, string] {
  return [member.user_id, member.display];
}

function withDisplay(member: Member, names: Names): Member {
  const display = told(names, member.user_id) ?? member.display;
  return display === member.display ? member : { ...member, display };
}
