import type { DraftEvent, DraftEventOf } from "@onering/client";
import { expect, test } from "vitest";
import { KINDS, kindOf, sentence } from "./sentences.ts";

const names: Record<string, string> = { u1: "Alice", u2: "Bob", u3: "Carol" };
const nameOf = (userId: string) => names[userId] ?? userId;
const plain = (event: DraftEvent) => sentence(event, nameOf).replace(/[\u2068\u2069]/g, "");

function event<Type extends DraftEvent["type"]>(
  type: Type,
  data: DraftEventOf<Type>["data"],
  actor = "u2",
): DraftEvent {
  const head = {
    draft_id: "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52",
    version: 3,
    position: "0.3",
    event_id: "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d53",
    command_id: "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d54",
    idempotency_key: null,
    at: "2026-05-03T12:04:00.000000Z",
    actor: { id: actor },
  };
  return { ...head, type, data } as unknown as DraftEvent;
}

const segment = { segment_id: "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d55", segment_order: 2 };

// One for every type that there is: a new one does not compile until it has a sentence here.
const EVERY: { readonly [Type in DraftEvent["type"]]: readonly [DraftEvent, string] } = {
  draft_created: [
    event("draft_created", {
      creator_id: "u2",
      title: "A walk",
      visibility: "public",
      description: "",
      turn_limit_hours: 24,
    }),
    "Bob began “A walk”",
  ],
  segment_added: [
    event("segment_added", { ...segment, author_id: "u2", content: "It rained." }),
    "Bob wrote segment 3",
  ],
  segment_amended: [event("segment_amended", { ...segment, content: "It snowed." }), "Bob changed segment 3"],
  segment_withdrawn: [event("segment_withdrawn", segment), "Bob took out segment 3"],
  ring_passed: [event("ring_passed", { from_user_id: "u2", to_user_id: "u3" }), "Bob passed the ring to Carol"],
  holder_nudged: [
    event("holder_nudged", { user_id: "u2", holder_id: "u3" }),
    "Bob reminded Carol that it is their turn",
  ],
  collaborator_added: [
    event("collaborator_added", { user_id: "u3", role: "contributor" }),
    "Bob added Carol as a writer",
  ],
  role_changed: [event("role_changed", { user_id: "u3", role: "viewer" }), "Bob made Carol a reader"],
  collaborator_removed: [event("collaborator_removed", { user_id: "u3" }), "Bob removed Carol"],
  ownership_transferred: [
    event("ownership_transferred", { from_user_id: "u2", to_user_id: "u3" }),
    "Bob made Carol the owner",
  ],
  draft_renamed: [event("draft_renamed", { title: "A climb" }), "Bob renamed the draft to “A climb”"],
  draft_described: [event("draft_described", { description: "Up." }), "Bob changed the description"],
  platform_changed: [event("platform_changed", { platform: "blog" }), "Bob set where it will be published: a blog"],
  visibility_changed: [
    event("visibility_changed", { visibility: "private" }),
    "Bob changed who can read it: only people in it can read it",
  ],
  turn_limit_changed: [event("turn_limit_changed", { turn_limit_hours: 1 }), "Bob set the time for a turn to 1 hour"],
  publish_date_changed: [event("publish_date_changed", {}), "Bob removed the publication date"],
  draft_locked: [event("draft_locked", {}), "Bob locked the draft"],
  draft_unlocked: [event("draft_unlocked", {}), "Bob unlocked the draft"],
  draft_completed: [event("draft_completed", {}), "Bob marked the draft as complete"],
  draft_reopened: [event("draft_reopened", {}), "Bob reopened the draft"],
  draft_archived: [event("draft_archived", {}), "Bob archived the draft"],
};

test.each(Object.entries(EVERY))("%s is told in a sentence and has a kind", (type, [happened, told]) => {
  expect(plain(happened)).toBe(told);
  expect(KINDS).toContain(kindOf(type as DraftEvent["type"]));
});

test.each(Object.keys(EVERY))("%s whose words were erased is told without them", (type) => {
  const erased = event(type as DraftEvent["type"], null);
  expect(plain(erased)).toBe("Bob did something whose words have been erased");
});

test("a type that came later than this page is told by who did it", () => {
  const later = event("segment_sung" as DraftEvent["type"], {} as never);
  expect(plain(later)).toBe("Bob did something this page can’t describe yet");
});

const pass = { from_user_id: "u2", to_user_id: "u3" };
test.each<[DraftEvent, string]>([
  [
    event("ring_passed", { ...pass, strategy: "most_inactive" }),
    "Bob passed the ring to Carol: they had waited longest",
  ],
  [event("ring_passed", { ...pass, to_user_id: "u2" }), "Bob kept the ring for another turn"],
  [
    event("ring_passed", { ...pass, to_user_id: "u1", reason: "reclaimed" }, "u1"),
    "Alice took the ring back from Bob, whose time was over",
  ],
  [event("ring_passed", { ...pass, reason: "holder_removed" }), "The ring went to Carol, since Bob left"],
  [event("ring_passed", { ...pass, reason: "holder_removed" }, "u1"), "The ring went to Carol, since Bob was removed"],
  [
    event("ring_passed", { ...pass, reason: "holder_demoted" }, "u1"),
    "The ring went to Carol, since Bob now only reads",
  ],
  [event("collaborator_added", { user_id: "u2", role: "viewer" }), "Bob joined as a reader"],
  [event("collaborator_removed", { user_id: "u2" }), "Bob left"],
  [event("role_changed", { user_id: "u3", role: "contributor" }), "Bob made Carol a writer"],
  [event("draft_described", { description: "" }), "Bob removed the description"],
  [event("platform_changed", {}), "Bob cleared where it will be published"],
  [event("turn_limit_changed", { turn_limit_hours: 48 }), "Bob set the time for a turn to 48 hours"],
])("%# reads %s", (happened, told) => {
  expect(plain(happened)).toBe(told);
});

test("names and titles stand isolated, so that theirs is the only direction they change", () => {
  const hebrew = event("draft_renamed", { title: "שלום" });
  expect(sentence(hebrew, () => "علي")).toBe("\u2068علي\u2069 renamed the draft to “\u2068שלום\u2069”");
});
