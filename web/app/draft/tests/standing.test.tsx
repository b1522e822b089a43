import type { DraftState } from "@onering/client";
import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, test, vi } from "vitest";
import { reminded, ringCame } from "../../session/turns.ts";
import { text } from "../../strings.ts";
import { DRAFT, draft, later, nudged, passed, segment, stored } from "./drafts.ts";
import { open, prepareBrowser } from "./stage.tsx";

vi.mock("@onering/client/react", async () => (await import("./played.ts")).hooks);
vi.mock("../../session/turns.ts", () => ({ reminded: vi.fn(), ringCame: vi.fn() }));
prepareBrowser();

const words = text.draft;
const WRITTEN = { written: stored([segment(0, "alice"), segment(1, "bob")]) };
const of = (
  holder: string,
  status: "active" | "locked" | "completed" | "archived" = "active",
): Partial<DraftState> => ({
  ...WRITTEN,
  draft: draft({ status, visibility: "public" }, { current_holder_id: holder }),
});
const can = (name: string) => screen.queryByRole("button", { name }) !== null;

/** What of all that can be done is offered. */
function offered(): string[] {
  const controls = [
    words.write.send,
    words.ring.pass,
    words.ring.nudge,
    words.ring.reclaim,
    words.head.invite,
    words.signIn,
  ];
  return controls.filter(can);
}

const { write, ring, head, signIn } = words;
test.each<[string | null, string, Parameters<typeof of>[1], string[]]>([
  ["alice", "alice", "active", [write.send, ring.pass, head.invite]],
  ["alice", "bob", "active", [ring.nudge, ring.reclaim, head.invite]],
  ["alice", "alice", "locked", [ring.pass, head.invite]],
  ["alice", "alice", "completed", []],
  ["bob", "bob", "active", [write.send, ring.pass, head.invite]],
  ["bob", "alice", "active", [ring.nudge]],
  ["bob", "bob", "locked", [ring.pass, head.invite]],
  ["bob", "bob", "archived", []],
  ["vera", "alice", "active", [ring.nudge]],
  ["mallory", "alice", "active", []],
  [null, "alice", "active", [signIn]],
])(
  "%s, while %s holds the ring of a draft that is %s and whose turn is over, is offered %j",
  (who, holder, status, controls) => {
    vi.spyOn(Date, "now").mockReturnValue(Date.parse(later(24 * 60 + 1)));
    open(who, of(holder, status));
    expect(offered().toSorted()).toEqual(controls.toSorted());
  },
);

test.each<[Parameters<typeof of>[1], number]>([
  ["active", 1],
  ["locked", 1],
  ["completed", 0],
  ["archived", 0],
])("a draft that is %s shows the ring on %i of the faces", (status, rings) => {
  const { container } = open("alice", of("bob", status));
  expect(container.querySelectorAll("header [data-holder]")).toHaveLength(rings);
});

describe("before the turn is over", () => {
  it("says from when on the ring can be taken, instead of offering it", () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.parse(later(60)));
    open("carol", of("bob"));
    expect(can(ring.reclaim)).toBe(false);
    expect(screen.getByText(new RegExp(ring.reclaimLater))).toBeTruthy();
  });
});

describe("passing the ring", () => {
  const { label } = ring.strategies.back_to_creator;
  it.each([
    ["bob", "alice", true],
    ["alice", "alice", false],
    ["bob", "vera", false],
    ["bob", "mallory", false],
  ])("by %s, back to %s, who began the draft, is offered: %j", async (holder, creator_id, offers) => {
    open(holder, { ...WRITTEN, draft: draft({ creator_id }, { current_holder_id: holder }) });
    fireEvent.click(screen.getByRole("button", { name: ring.pass }));
    const dialog = await screen.findByRole("dialog", { name: ring.pass });
    expect(within(dialog).queryByText(label) !== null).toBe(offers);
  });
});

describe("what stands where one can't write", () => {
  it.each([
    ["bob", of("alice"), words.wait.told],
    ["vera", of("alice"), words.wait.viewer("Alice")],
    ["mallory", of("alice"), words.wait.stranger("Alice")],
    ["alice", of("alice", "locked"), words.wait.locked],
    ["alice", of("alice", "locked"), words.status.locked.owner],
    ["bob", of("alice", "completed"), words.status.completed.others("Alice")],
    ["bob", of("alice", "archived"), words.status.archived.others("Alice")],
  ])("says to %s why, and what there is to do", (who, state, said) => {
    open(who, state);
    expect(screen.getByText(said)).toBeTruthy();
  });

  it("says that somebody is writing", () => {
    open("bob", { ...of("alice"), typing: "alice" });
    expect(screen.getAllByText(head.writing("Alice")).length).toBeGreaterThan(0);
  });

  it("invites those who are not signed in to do so", () => {
    const { session } = open(null, of("alice"));
    fireEvent.click(screen.getByRole("button", { name: signIn }));
    expect(session.askToSignIn).toHaveBeenCalledWith(words.wait.toWrite);
  });
});

describe("a draft that is not there", () => {
  it.each([4403, 4404])("is told in one wording, whatever the reason (%d)", (code) => {
    open("mallory", { draft: null, standing: "ended", end: { code, reason: "" } });
    expect(screen.getByRole("heading", { name: words.missing })).toBeTruthy();
  });

  it("is taken from the screen of somebody who was taken out, but for what they did not send", () => {
    localStorage.setItem(`onering.unsent:bob:${DRAFT}`, "My last words");
    const { live } = open("bob", of("alice"));
    live.become({ draft: null, standing: "ended", end: { code: 4403, reason: "access ended" } });
    expect(screen.getByRole("heading", { name: words.ended.access })).toBeTruthy();
    expect(screen.queryByText("Sentence 0.")).toBeNull();
    expect(screen.getByText("My last words")).toBeTruthy();
    expect(screen.getByRole("link", { name: words.home })).toBeTruthy();
  });

  it("can be tried again where that may help", () => {
    const { live } = open("bob", { draft: null, end: { code: 4429, reason: "" } });
    fireEvent.click(screen.getByRole("button", { name: words.again }));
    expect(live.retry).toHaveBeenCalled();
  });

  it("is on its way, or waits for the network", () => {
    const { live } = open("bob", { draft: null, standing: "connecting" });
    expect(screen.getByRole("status").textContent).toBe(words.opening);
    live.become({ standing: "offline" });
    expect(screen.getByRole("status").textContent).toBe(words.openingOffline);
  });
});

describe("the connection", () => {
  it("is told in the head, and beside the ring while it is not live", () => {
    const { live } = open("bob", of("alice"));
    const ringSays = () => screen.getByRole("region", { name: ring.label }).textContent;
    expect(ringSays()).not.toContain(text.connection["catching-up"].label);
    live.become({ standing: "catching-up" });
    expect(ringSays()).toContain(text.connection["catching-up"].label);
    live.become({ standing: "offline" });
    expect(ringSays()).toContain(text.connection.offline.label);
    expect(screen.getAllByRole("status").map((told) => told.textContent)).toContain(text.connection.offline.label);
  });

  it("is told to be for reading alone to those who can't write", () => {
    open("vera", of("alice"));
    expect(screen.getByText(text.connection["read-only"].label)).toBeTruthy();
  });
});

describe("the title", () => {
  const rename = () => fireEvent.click(screen.getByRole("button", { name: head.rename }));
  const field = () => screen.getByRole<HTMLInputElement>("textbox", { name: head.title });

  it("is renamed in place by Enter", async () => {
    const { live } = open("alice", of("bob"));
    rename();
    fireEvent.change(field(), { target: { value: "A long walk" } });
    fireEvent.submit(field());
    expect(live.sent[0]?.command).toEqual({ type: "edit-draft", draft_id: DRAFT, title: "A long walk" });
    await act(async () => live.sent[0]?.accept());
    expect(screen.queryByRole("textbox", { name: head.title })).toBeNull();
  });

  it("stays as it was on Escape", () => {
    const { live } = open("alice", of("bob"));
    rename();
    fireEvent.change(field(), { target: { value: "A long walk" } });
    fireEvent.keyDown(field(), { key: "Escape" });
    expect(live.sent).toHaveLength(0);
    expect(screen.getByRole("heading", { level: 1, name: "A walk" })).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: head.rename }));
  });

  it("says at the field what is wrong with it", () => {
    const { live } = open("alice", of("bob"));
    rename();
    fireEvent.change(field(), { target: { value: " " } });
    fireEvent.submit(field());
    expect(live.sent).toHaveLength(0);
    expect(screen.getByText(head.flaws.blank)).toBeTruthy();
  });

  it("is its owner's", () => {
    open("bob", of("bob"));
    expect(can(head.rename)).toBe(false);
  });
});

describe("the ring", () => {
  const mine = draft({}, { current_holder_id: "bob", passed_at: later(30) });

  it("is told to whom it comes, also if nothing but the state says so", () => {
    vi.mocked(ringCame).mockClear();
    const { live } = open("bob", of("alice"));
    expect(ringCame).not.toHaveBeenCalled();
    live.become({ draft: mine });
    expect(ringCame).toHaveBeenCalledExactlyOnceWith({ draftId: DRAFT, title: "A walk", passedAt: later(30) });
  });

  it("is no news to somebody who took it, or had it when they came", () => {
    vi.mocked(ringCame).mockClear();
    const { live } = open("bob", of("bob"));
    live.become(of("alice"));
    live.state = { ...live.state, draft: mine };
    live.happen(passed("bob", "bob", 6));
    live.become({});
    expect(ringCame).not.toHaveBeenCalled();
  });

  it("that others wait for is told to the holder alone", () => {
    for (const who of ["carol", "bob"]) {
      const { live, unmount } = open(who, of("bob"));
      live.happen(nudged("alice", "bob", 6));
      unmount();
    }
    expect(reminded).toHaveBeenCalledExactlyOnceWith({ draftId: DRAFT, title: "A walk" }, "Alice");
  });
});
