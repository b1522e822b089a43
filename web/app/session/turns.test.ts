import { beforeEach, expect, test, vi } from "vitest";
import { dismiss, toasts } from "../ui/toast.ts";
import {
  type CameRing,
  forgetTurns,
  knowTurn,
  look,
  openDraft,
  openList,
  reminded,
  ringCame,
  unseenTurns,
  wasOpen,
} from "./turns.ts";

const draft: CameRing = { draftId: "d1", title: "A walk", passedAt: "2026-11-26T02:00:00.000000Z" };
let focused: boolean;

beforeEach(() => {
  focused = true;
  vi.spyOn(document, "hasFocus").mockImplementation(() => focused);
  forgetTurns();
  for (const { id } of toasts()) dismiss(id);
});

test("a pass is told once, however often it is noticed, and the next one again", () => {
  ringCame(draft);
  ringCame({ ...draft, title: "A walk, renamed" });
  expect(toasts()).toHaveLength(1);
  ringCame({ ...draft, title: "Again", passedAt: "2026-11-26T03:00:00.000000Z" });
  expect(toasts()).toHaveLength(2);
});

test("a turn that was mine already is no news", () => {
  knowTurn(draft);
  ringCame(draft);
  expect(toasts()).toEqual([]);
});

test("a reminder is a message, and the draft is unseen until somebody looks at it", () => {
  focused = false;
  const close = openDraft("d1");
  reminded({ draftId: "d1", title: "A walk" }, "Bob");
  expect(toasts()).toMatchObject([{ title: "Bob reminds you that it is your turn", body: "A walk", kind: "turn" }]);
  expect(unseenTurns()).toEqual(["d1"]);
  close();
});

test("elsewhere the message leads to the draft, on its own page there is nowhere to go", () => {
  ringCame(draft);
  expect(toasts()[0]?.action).toBeDefined();
  const close = openDraft("d2");
  ringCame({ ...draft, draftId: "d2", title: "Here" });
  expect(toasts()[1]?.action).toBeUndefined();
  close();
});

test("a turn is unseen until somebody looks at its draft", () => {
  focused = false;
  const close = openDraft("d1");
  ringCame(draft);
  look();
  expect(unseenTurns()).toEqual(["d1"]);
  focused = true;
  look();
  expect(unseenTurns()).toEqual([]);
  close();
});

test("looking at one draft sees none of another's, looking at the list sees all", () => {
  ringCame(draft);
  const closeDraft = openDraft("d2");
  expect(unseenTurns()).toEqual(["d1"]);
  closeDraft();
  const closeList = openList();
  expect(unseenTurns()).toEqual([]);
  ringCame({ ...draft, draftId: "d3", title: "While the list is there" });
  expect(unseenTurns()).toEqual([]);
  closeList();
});

test("what was passed while its page was open was noticed there, what is passed later was not", () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-26T02:00:30Z") });
  const close = openDraft("d1");
  expect(wasOpen(draft)).toBe(true);
  close();
  expect(wasOpen(draft)).toBe(true);
  expect(wasOpen({ ...draft, passedAt: "2026-11-26T02:01:00.000000Z" })).toBe(false);
  expect(wasOpen({ ...draft, draftId: "d2" })).toBe(false);
});
