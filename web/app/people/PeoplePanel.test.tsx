import type { DraftState } from "@onering/client";
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, done, draftOf, FakeService, INVITE, json, member, problem, show, stateOf } from "./given.tsx";
import PeoplePanel from "./PeoplePanel.tsx";

let state: DraftState;
vi.mock("@onering/client/react", async (original) => ({
  ...(await original<typeof import("@onering/client/react")>()),
  useDraft: () => ({ ...state, onEvent: () => () => {} }),
}));

const INVITES = `GET /v1/collab/drafts/${DRAFT}/invites`;
const invite = {
  invite_id: INVITE,
  draft_id: DRAFT,
  inviter_user_id: "bob",
  inviter_display: "Bob",
  target_user_id: "carol",
  target_display: "Carol",
  role: "viewer",
  message: null,
  status: "pending",
  token_hint: "9e03d1",
  created_at: "2026-11-25T06:00:00.000000Z",
  expires_at: "2026-11-28T06:00:00.000000Z",
  settled_at: null,
};
let service: FakeService;

beforeEach(() => {
  state = stateOf(draftOf());
  service = new FakeService()
    .on(INVITES, () => json({ data: [invite, { ...invite, invite_id: "2", status: "declined" }], next_cursor: null }))
    .on("POST /v1/commands", done);
});
afterEach(cleanup);

const panel = <PeoplePanel draftId={DRAFT} />;
const row = (name: string) => {
  const found = screen.getAllByRole("listitem").find((item) => item.textContent?.includes(name));
  if (found === undefined) throw new Error(`${name} is not there`);
  return within(found);
};
async function choose(name: string, item: RegExp) {
  fireEvent.click(row(name).getByRole("button", { name: /More about/ }));
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
}

test("the owner can change everybody but themselves", async () => {
  show(panel, { me: "alice", service });
  expect(screen.getAllByRole("button", { name: /More about/ })).toHaveLength(2);
  expect(row("Alice").queryByRole("button")).toBeNull();
  expect(screen.queryByRole("button", { name: /Leave/ })).toBeNull();
  screen.getByRole("button", { name: /Hand the draft over/ });
});

test("whoever writes can invite while they hold the ring, take back their own invitations, and leave", async () => {
  show(panel, { me: "bob", service });
  await screen.findByRole("button", { name: /Take back the invitation for Carol/ });
  screen.getByRole("button", { name: "Invite someone" });
  screen.getByRole("button", { name: /Leave this draft/ });
  expect(screen.queryByRole("button", { name: /More about/ })).toBeNull();
});

test("whoever reads sees who is invited, and can leave", async () => {
  show(panel, { me: "vera", service });
  await screen.findByText("Carol");
  expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["Leave this draft…"]);
});

test("a stranger sees who is in it and is not told who is invited", () => {
  show(panel, { me: "eve", service });
  row("Bob");
  expect(screen.queryByRole("button")).toBeNull();
  expect(service.heard).toEqual([]);
});

test("a closed draft keeps its people", async () => {
  state = stateOf(draftOf({ status: "completed" }));
  show(panel, { me: "alice", service });
  await screen.findByText(/This draft is closed/);
  expect(screen.queryByRole("button", { name: /More about|Invite someone|Hand/ })).toBeNull();
});

test("before the holder is taken out it is said what becomes of the ring, and nothing is sent", async () => {
  show(panel, { me: "alice", service });
  await choose("Bob", /Remove/);
  const dialog = within(screen.getByRole("dialog"));
  dialog.getByText(/Bob holds the ring. It comes back to you/);
  dialog.getByText(/can’t read this draft any more/);
  expect(service.commands).toEqual([]);
  fireEvent.click(dialog.getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(service.commands).toEqual([{ type: "remove-collaborator", draft_id: DRAFT, collaborator_id: "bob" }]);
});

test("a reader may write at once, but a holder is not made a reader unasked", async () => {
  show(panel, { me: "alice", service });
  await choose("Vera", /Let them write/);
  await waitFor(() => expect(service.commands).toHaveLength(1));
  expect(service.commands[0]).toMatchObject({ type: "change-role", collaborator_id: "vera", role: "contributor" });
  await choose("Bob", /Only let them read/);
  screen.getByRole("dialog", { name: /Only let Bob read/ });
  expect(service.commands).toHaveLength(1);
});

test("a draft is handed over to somebody who was chosen, and to nobody before", async () => {
  show(panel, { me: "alice", service });
  fireEvent.click(screen.getByRole("button", { name: /Hand the draft over/ }));
  const hand = screen.getByRole<HTMLButtonElement>("button", { name: "Hand it over" });
  expect(hand.disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("New owner"), { target: { value: "vera" } });
  fireEvent.click(hand);
  await waitFor(() => expect(service.commands).toHaveLength(1));
  expect(service.commands).toEqual([{ type: "transfer-ownership", draft_id: DRAFT, to_user_id: "vera" }]);
});

test("what is refused is said in the dialog, which stays", async () => {
  service.on("POST /v1/commands", () => problem(409, "conflict", "The draft is completed; reopen it."));
  show(panel, { me: "bob", service });
  fireEvent.click(screen.getByRole("button", { name: /Leave this draft/ }));
  fireEvent.click(screen.getByRole("button", { name: "Leave" }));
  within(await screen.findByRole("alert")).getByText(/The draft is completed/);
  screen.getByRole("dialog");
});

test("somebody is added by user id, and a handle becomes an invitation for them", async () => {
  show(panel, { me: "alice", service });
  const who = screen.getByLabelText("Who");
  const form = within(who.closest("form") as HTMLElement);
  fireEvent.change(who, { target: { value: "bob" } });
  fireEvent.click(form.getByRole("button", { name: "Add" }));
  form.getByText("Bob is already in this draft.");
  expect(service.commands).toEqual([]);
  fireEvent.change(who, { target: { value: "dan" } });
  fireEvent.click(form.getByRole("button", { name: "Add" }));
  await waitFor(() => expect(service.commands).toHaveLength(1));
  expect(service.commands[0]).toMatchObject({ type: "add-collaborator", collaborator_id: "dan", role: "contributor" });
  fireEvent.change(who, { target: { value: "@Dan" } });
  fireEvent.click(form.getByRole("button", { name: "Invite" }));
  expect(screen.getByLabelText<HTMLInputElement>("For whom").value).toBe("@dan");
});

test("whoever is seen to have come is not waited for, however old the list of invitations is", async () => {
  state = stateOf(draftOf({ members: [...draftOf().members, member("carol")] }));
  show(panel, { me: "alice", service });
  await screen.findByText("Nobody is invited right now.");
});

test("an invitation that was taken back leaves the list", async () => {
  show(panel, { me: "alice", service });
  const button = await screen.findByRole("button", { name: /Take back the invitation for Carol/ });
  button.focus();
  service.on(INVITES, () => json({ data: [{ ...invite, status: "revoked" }], next_cursor: null }));
  fireEvent.click(button);
  await screen.findByText("Nobody is invited right now.");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("list", { name: "Invited" })));
  expect(service.commands).toEqual([{ type: "revoke-invite", invite_id: INVITE }]);
});
