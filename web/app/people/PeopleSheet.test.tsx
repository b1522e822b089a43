import type { DraftState } from "@onering/client";
import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, done, draftOf, FakeService, json, show, stateOf } from "./given.tsx";
import PeopleSheet from "./PeopleSheet.tsx";

let state: DraftState;
vi.mock("@onering/client/react", async (original) => ({
  ...(await original<typeof import("@onering/client/react")>()),
  useDraft: () => ({ ...state, onEvent: () => () => {} }),
}));

const invites = `GET /v1/collab/drafts/${DRAFT}/invites`;
let width: EventTarget & { matches: boolean };
let closed: number;
beforeEach(() => {
  state = stateOf(draftOf());
  closed = 0;
  width = Object.assign(new EventTarget(), { matches: true });
  vi.stubGlobal("matchMedia", () => width);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const sheet = (open = true) => <PeopleSheet draftId={DRAFT} open={open} onClose={() => closed++} />;
const service = () => new FakeService().on(invites, () => json({ data: [], next_cursor: null }));

test("beside the text where there is room, in front of it where there is none", () => {
  show(sheet(), { me: "alice", service: service() });
  screen.getByRole("complementary", { name: "People" });
  act(() => {
    width.matches = false;
    width.dispatchEvent(new Event("change"));
  });
  screen.getByRole("dialog", { name: "People" });
  expect(screen.queryByRole("complementary")).toBeNull();
});

test("the focus goes to it, and back to where it was", () => {
  const opener = document.body.appendChild(document.createElement("button"));
  opener.focus();
  const { again } = show(sheet(), { me: "alice", service: service() });
  expect(document.activeElement?.textContent).toBe("People");
  again(sheet(false));
  expect(document.activeElement).toBe(opener);
  opener.remove();
});

test("Escape closes it, but not while it is for a dialog or a menu in it", async () => {
  show(sheet(), { me: "alice", service: service() });
  fireEvent.click(screen.getByRole("button", { name: /More about Bob/ }));
  fireEvent.keyDown(await screen.findByRole("menuitem", { name: /Remove/ }), { key: "Escape" });
  fireEvent.click(screen.getByRole("button", { name: /Hand the draft over/ }));
  fireEvent.keyDown(screen.getByLabelText("New owner"), { key: "Escape" });
  expect(closed).toBe(0);
  fireEvent.keyDown(screen.getByRole("heading", { name: "People" }), { key: "Escape" });
  expect(closed).toBe(1);
});

const withoutBob = () => {
  const members = draftOf().members.filter((member) => member.user_id !== "bob");
  state = stateOf(draftOf({ members, version: 8 }));
};

test("when somebody leaves with what had the focus, the list of those who stay has it", () => {
  const { again } = show(sheet(), { me: "alice", service: service() });
  screen.getByRole("button", { name: /More about Bob/ }).focus();
  withoutBob();
  again(sheet());
  expect(document.activeElement).toBe(screen.getByRole("list", { name: "People" }));
});

test("also when they left while it was asked whether they should", async () => {
  const { again } = show(sheet(), { me: "alice", service: service().on("POST /v1/commands", done) });
  const more = screen.getByRole("button", { name: /More about Bob/ });
  more.focus();
  fireEvent.click(more);
  fireEvent.click(await screen.findByRole("menuitem", { name: /Remove/ }));
  const remove = screen.getByRole("button", { name: "Remove" });
  remove.focus();
  withoutBob();
  again(sheet());
  expect(document.activeElement).toBe(remove);
  fireEvent.click(remove);
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("list", { name: "People" })));
});
