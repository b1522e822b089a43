/** Our copy of a draft: what the snapshot showed, what happened since, and what was read by REST besides. */

import type { Draft, DraftEvent, Segment } from "../model.ts";
import { amended, corrected, evolve, type Fold, foldOf, moreOf, withdrawn } from "./evolve.ts";
import type { Name } from "./frames.ts";
import { type Names, namesIn, namesOfSegments, renamed, withAuthor } from "./names.ts";

const NOBODY: Names = {};

/** How many of the last segments a snapshot has. */
const SNAPSHOT = 200;

/** What happened while something was being read: an answer is of a version that is not always the one we are at. */
export class Bookmark {
  readonly start: Fold;
  readonly entries: { readonly event: DraftEvent; readonly fold: Fold }[] = [];
  told: Names = {};
  #waiting: { readonly version: number; readonly reached: () => void } | null = null;

  constructor(start: Fold) {
    this.start = start;
  }

  /** The draft as it was at a version; undefined before the bookmark, or after what we have. */
  at(version: number): Fold | undefined {
    if (this.start.draft.version === version) return this.start;
    return this.entries.find(({ event }) => event.version === version)?.fold;
  }

  /** What happened after a version. */
  since(version: number): readonly DraftEvent[] {
    return this.entries.map(({ event }) => event).filter((event) => event.version > version);
  }

  /** Waits until the copy has come to a version. */
  reached(version: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting = { version, reached };
      this.look();
    });
  }

  /** Looks whether it has come that far, or will never. */
  look(dropped = false): void {
    const newest = this.entries.at(-1)?.event.version ?? this.start.draft.version;
    if (this.#waiting === null || (newest < this.#waiting.version && !dropped)) return;
    this.#waiting.reached();
    this.#waiting = null;
  }
}

/** A draft from some segment on. */
export class Copy {
  #fold: Fold | null = null;
  #names: Names = NOBODY;
  #floor = 0;
  readonly #bookmarks = new Set<Bookmark>();

  get fold(): Fold | null {
    return this.#fold;
  }

  get draft(): Draft | null {
    return this.#fold?.draft ?? null;
  }

  get names(): Names {
    return this.#names;
  }

  /** All segments that stand are here from this order on. */
  get floor(): number {
    return this.#floor;
  }

  /** The order that the next segment has at least. */
  get next(): number {
    return (this.draft?.segments.at(-1)?.segment_order ?? -1) + 1;
  }

  /** Starts again from a snapshot; what is the same in it stays the same object. */
  show(draft: Draft): void {
    const segments = this.#kept(draft.segments);
    this.#closeAll();
    this.#names = namesIn(draft);
    this.#fold = foldOf({ ...draft, segments, metrics: null, pending_invites: [] });
    // Each segment took a version, and the draft itself one; of a short history nothing can be missing.
    const most = draft.version - 1;
    this.#floor = most <= SNAPSHOT ? 0 : (segments[0]?.segment_order ?? most);
  }

  /** Applies events that follow; returns the draft after each. */
  happened(events: readonly DraftEvent[]): readonly Draft[] {
    const drafts: Draft[] = [];
    for (const event of events) {
      if (this.#fold === null) break;
      this.#fold = tolerant(this.#fold, event, this.#names);
      for (const bookmark of this.#bookmarks) bookmark.entries.push({ event, fold: this.#fold });
      this.#learn(this.#fold.draft);
      drafts.push(this.#fold.draft);
    }
    for (const bookmark of this.#bookmarks) bookmark.look();
    return drafts;
  }

  /** Calls people otherwise. */
  called(people: readonly Name[]): void {
    const names = Object.fromEntries(people.map(({ user_id, display }) => [user_id, display]));
    for (const bookmark of this.#bookmarks) bookmark.told = { ...bookmark.told, ...names };
    this.#rename(names);
  }

  /** Forgets everything. */
  clear(): void {
    this.#fold = null;
    this.#names = NOBODY;
    this.#floor = 0;
    this.#closeAll();
  }

  /** Notes what happens from now on, until `close`; null while there is nothing to note. */
  bookmark(): Bookmark | null {
    if (this.#fold === null) return null;
    const bookmark = new Bookmark(this.#fold);
    this.#bookmarks.add(bookmark);
    return bookmark;
  }

  close(bookmark: Bookmark): void {
    this.#bookmarks.delete(bookmark);
    bookmark.look(true);
  }

  /** Takes in what REST answered at a version that was reached: the head, or everything. False if it is too old. */
  correct(read: Draft, bookmark: Bookmark, what: "head" | "everything"): boolean {
    const then = this.#then(read, bookmark);
    if (then === undefined) return false;
    this.#names = { ...this.#names, ...namesIn(read), ...bookmark.told };
    const whole = { ...read, segments: this.#kept(read.segments), metrics: null, pending_invites: [] };
    let fold = what === "head" ? corrected(then, read) : foldOf(whole);
    for (const event of bookmark.since(read.version)) fold = tolerant(fold, event, this.#names);
    this.#fold = { ...fold, draft: renamed(fold.draft, this.#names) };
    if (what === "everything") this.#floor = 0;
    return true;
  }

  /** Puts segments before the first, as they stand now: those from order `from` on, read at a version that was reached. */
  prepend(read: Draft, bookmark: Bookmark, from: number): boolean {
    if (this.#fold === null || this.#then(read, bookmark) === undefined) return false;
    if (from >= this.#floor) return true;
    const { draft } = this.#fold;
    this.#names = { ...Object.fromEntries(namesOfSegments(read.segments)), ...this.#names, ...bookmark.told };
    let older: readonly Segment[] = read.segments.filter((segment) => segment.segment_order < this.#floor);
    for (const event of bookmark.since(read.version)) older = rewritten(older, event);
    const named = older.map((segment) => withAuthor(segment, this.#names));
    this.#fold = { ...this.#fold, draft: { ...draft, segments: [...named, ...draft.segments] } };
    this.#floor = from;
    // What others noted has not got these segments.
    this.#closeAll();
    return true;
  }

  /** The segments, each as the object that it is already, if it is. */
  #kept(segments: readonly Segment[]): readonly Segment[] {
    const known = new Map(this.draft?.segments.map((segment) => [segment.segment_id, segment]));
    return segments.map((segment) => same(known.get(segment.segment_id), segment));
  }

  #closeAll(): void {
    for (const bookmark of [...this.#bookmarks]) this.close(bookmark);
  }

  /** The copy at the version that was read; a log that was restored meanwhile had another event there. */
  #then(read: Draft, bookmark: Bookmark): Fold | undefined {
    const then = this.#bookmarks.has(bookmark) ? bookmark.at(read.version) : undefined;
    return then?.draft.updated_at === read.updated_at ? then : undefined;
  }

  #learn({ members }: Draft): void {
    const unknown = members.filter(({ user_id }) => !Object.hasOwn(this.#names, user_id));
    if (unknown.length === 0) return;
    this.#names = { ...this.#names, ...Object.fromEntries(unknown.map(({ user_id, display }) => [user_id, display])) };
  }

  #rename(names: Names): void {
    this.#names = { ...this.#names, ...names };
    if (this.#fold !== null) this.#fold = { ...this.#fold, draft: renamed(this.#fold.draft, names) };
  }
}

/** The fold after an event, whatever is in it: one that can't be applied is one that we can't read. */
function tolerant(fold: Fold, event: DraftEvent, names: Names): Fold {
  try {
    return evolve(fold, event, names);
  } catch {
    const draft: Draft = { ...fold.draft, version: event.version, updated_at: event.at };
    return { ...fold, draft, lacking: moreOf(fold.lacking, "everything") };
  }
}

function rewritten(segments: readonly Segment[], event: DraftEvent): readonly Segment[] {
  if (event.data === null) return segments;
  if (event.type === "segment_amended") return amended(segments, event.data);
  if (event.type === "segment_withdrawn") return withdrawn(segments, event.data);
  return segments;
}

function same(known: Segment | undefined, segment: Segment): Segment {
  const isSame =
    known !== undefined &&
    known.segment_order === segment.segment_order &&
    known.content === segment.content &&
    known.author_display === segment.author_display &&
    known.ring_holder_display_at_write === segment.ring_holder_display_at_write;
  return isSame ? known : segment;
}
