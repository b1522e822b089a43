/**
 * A draft with events of every kind, as a service answered it at each version: the fold has to be the same.
 *
 * tests/page/test_fold.py records one and has it folded here; the file beside this one is such a recording.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corrected, evolve, foldOf } from "../../src/live/evolve.ts";
import { namesIn } from "../../src/live/names.ts";
import type { Draft, DraftEvent } from "../../src/model.ts";

const FILE = process.env.ONERING_HISTORY ?? `${import.meta.dirname}/history.ndjson`;
const history = readFileSync(FILE, "utf8").trim().split("\n");
const moments = history.map((line) => JSON.parse(line) as { readonly event: DraftEvent; readonly draft: Draft });
const events = moments.map(({ event }) => event);
const drafts = moments.map(({ draft }) => draft);

/** Without what only REST tells. */
function plain(draft: Draft | undefined): Draft | undefined {
  return draft && { ...draft, metrics: null, pending_invites: [] };
}

/** Folds the rest of the history; what an event does not tell is read, as the page does. */
function foldedFrom(version: number, look: (draft: Draft, event: DraftEvent) => void): number {
  let fold = foldOf(plain(drafts[version - 1]) as Draft);
  let reads = 0;
  const names = namesIn(drafts.at(-1) as Draft);
  for (const event of events.slice(version)) {
    fold = evolve(fold, event, names);
    if (fold.lacking === "head" && event.type !== "collaborator_added") {
      reads++;
      fold = corrected(fold, drafts[event.version - 1] as Draft);
    }
    fold = { ...fold, lacking: "nothing" };
    look(fold.draft, event);
  }
  return reads;
}

describe("a draft folded from its events", () => {
  it("is what REST answers, at every version and from every one on", () => {
    for (const { version } of drafts) {
      foldedFrom(version, (draft, event) => expect(draft).toEqual(plain(drafts[event.version - 1])));
    }
  });

  it("is read for its deadline only if the draft did not show how long a turn lasts", () => {
    expect(foldedFrom(1, () => {})).toBe(0);
    const added = events.find(({ type }) => type === "segment_added");
    expect(foldedFrom(added?.version ?? 0, () => {})).toBe(0);
    const withdrawn = events.find(({ type }) => type === "segment_withdrawn");
    expect(foldedFrom(withdrawn?.version ?? 0, () => {})).toBe(1);
  });

  it("moves on, and lacks everything, where an event was erased or is of a newer kind", () => {
    const fold = foldOf(drafts[0] as Draft);
    for (const { type } of [...events, { type: "draft_painted" }]) {
      const event = { ...events[1], type, data: null } as DraftEvent;
      const isPlain = /locked|completed|reopened|archived|nudged/.test(type);
      expect(evolve(fold, event, {})).toMatchObject({
        draft: { version: 2 },
        lacking: isPlain ? "nothing" : "everything",
      });
    }
  });

  it("keeps every segment that an event does not change the very object that it was", () => {
    let before: Draft = drafts[0] as Draft;
    foldedFrom(1, (draft, event) => {
      const changed = draft.segments.filter((segment) => !before.segments.includes(segment));
      const isOfText = event.type === "segment_added" || event.type === "segment_amended";
      expect(changed).toHaveLength(isOfText ? 1 : 0);
      if (!event.type.startsWith("segment_")) expect(draft.segments).toBe(before.segments);
      before = draft;
    });
  });
});
