import { expect, test } from "vitest";
import { span } from "./spans.ts";
import { adviceSentence, alertSentence, insightSentence } from "./standings.ts";

const nameOf = (userId: string) => ({ alice: "Alice", bob: "Bob" })[userId] ?? userId;
const plain = (words: string) => words.replace(/[\u2068\u2069]/g, "");
const service = { severity: "info", title: "", message: "", reason: "alice wrote it" } as const;

test.each([
  ["healthy", {}, "All is well: several people are writing, and nobody is waiting."],
  ["stalled", { hours_since_activity: 60 }, "Nothing has happened for 3 days."],
  ["dominant_user", { dominant_user_id: "alice", dominance_ratio: 0.75 }, "Alice wrote 75% of the segments."],
  ["low_engagement", { total_contributors: 1 }, "One person writes alone."],
  ["low_engagement", { total_contributors: 0 }, "Nobody has written anything yet."],
] as const)("%s is told in the page's words, with names: %j", (type, metrics_snapshot, told) => {
  expect(plain(insightSentence({ ...service, type, metrics_snapshot }, nameOf))).toBe(told);
});

test.each([
  ["no_activity", 96, "It has been quiet for 4 days."],
  ["long_ring_hold", 30, "Bob has had the ring for 30 hours."],
  ["single_contributor", 7, "One person alone wrote 7 segments."],
] as const)("%s at %d is told in the page's words", (alert_type, current_value, told) => {
  const alert = { alert_type, current_value, threshold: 1, triggered_at: "2026-05-03T12:00:00Z", reason: "" };
  expect(plain(alertSentence(alert, "bob", nameOf))).toBe(told);
});

test.each([
  ["nudge_holder", "bob", "Remind Bob that it is their turn."],
  ["pass_ring", "alice", "Pass the ring to Alice, who has written the least."],
  ["invite_user", null, "Invite somebody to write along."],
] as const)("%s is told as something to do", (action, target_user_id, told) => {
  expect(plain(adviceSentence({ action, target_user_id, reason: "" }, nameOf))).toBe(told);
});

test.each([
  [45, "45 seconds"],
  [150, "3 minutes"],
  [5400, "90 minutes"],
  [7200, "2 hours"],
  [172_800, "2 days"],
])("%d seconds are %s", (seconds, told) => {
  expect(span(seconds)).toBe(told);
});
