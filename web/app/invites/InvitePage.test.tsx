import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, done, FakeService, INVITE, json, problem, show } from "../people/given.tsx";
import { dropToken } from "./heldToken.ts";
import InvitePage from "./InvitePage.tsx";
import type { InvitationRead } from "./invitation.ts";

const TOKEN = "7d9e03d1";
const PATH = `/v1/collab/invites/${INVITE}`;
const invite: InvitationRead = {
  invite_id: INVITE,
  draft_id: DRAFT,
  inviter_user_id: "alice",
  inviter_display: "Alice",
  target_user_id: "bob",
  target_display: "Bob",
  role: "contributor",
  message: "Come and write with us.",
  status: "pending",
  token_hint: "9e03d1",
  created_at: "2026-11-25T06:00:00.000000Z",
  expires_at: "2026-11-28T06:00:00.000000Z",
  settled_at: null,
  draft_title: "A walk",
};
let service: FakeService;
const stands = (other: Partial<InvitationRead> = {}) =>
  service.on(`GET ${PATH}`, () => json({ data: { ...invite, ...other } }));

beforeEach(() => {
  service = new FakeService().on("POST /v1/commands", done);
  stands();
});
afterEach(() => {
  cleanup();
  dropToken(INVITE);
  vi.restoreAllMocks();
});

function open(me: string | null, hash = `#token=${TOKEN}`) {
  history.replaceState(null, "", `/invites/${INVITE}${hash}`);
  return show(<InvitePage inviteId={INVITE} />, { me, service });
}
const button = (name: string) => screen.findByRole<HTMLButtonElement>("button", { name });

test("the token leaves the address and reaches no storage, no markup, no console and no other request", async () => {
  const logged = (["log", "info", "warn", "error", "debug"] as const).map((level) => vi.spyOn(console, level));
  open("bob");
  expect(location.href).not.toContain(TOKEN);
  fireEvent.click(await button("Accept"));
  await waitFor(() => expect(location.pathname).toBe(`/drafts/${DRAFT}`));
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain(TOKEN);
  expect(document.documentElement.innerHTML).not.toContain(TOKEN);
  expect(JSON.stringify(history.state)).not.toContain(TOKEN);
  expect(JSON.stringify(logged.map((spy) => spy.mock.calls))).not.toContain(TOKEN);
  const told = service.heard.filter((heard) =>
    JSON.stringify([heard.path, heard.body, [...heard.headers]]).includes(TOKEN),
  );
  expect(told.map(({ path, body }) => [path, body])).toEqual([
    ["/v1/commands", { type: "accept-invite", invite_id: INVITE, token: TOKEN }],
  ]);
});

test("one sees who asks into what before one answers", async () => {
  open("bob");
  await screen.findByRole("heading", { name: "A walk" });
  screen.getByText(/Alice invites you to write in/);
  screen.getByText("Come and write with us.");
});

test("signed out one is asked to sign in, and the token is still there afterwards", async () => {
  const { asked } = open(null);
  fireEvent.click(await button("Sign in"));
  expect(asked).toEqual(["answer this invitation"]);
  expect(service.heard).toEqual([]);
  cleanup();
  show(<InvitePage inviteId={INVITE} />, { me: "bob", service });
  fireEvent.click(await button("Accept"));
  await waitFor(() => expect(service.commands).toHaveLength(1));
  expect(service.commands[0]).toMatchObject({ token: TOKEN });
});

test("a stranger is told that it is for somebody else, and not for whom", async () => {
  service.on(`GET ${PATH}`, () => problem(403, "forbidden", "The invite is for somebody else."));
  open("eve");
  await screen.findByText("This invitation is for somebody else");
  await button("Sign in as somebody else");
  expect(screen.queryByRole("button", { name: "Accept" })).toBeNull();
});

test("whoever made it sees for whom it is, and can't answer it", async () => {
  open("alice");
  await screen.findByText("This invitation is for Bob; you are Alice.");
  expect(screen.queryByRole("button", { name: /Accept|Decline/ })).toBeNull();
});

test("whoever made it and was taken out of the draft sees no title, and is not led there", async () => {
  stands({ draft_title: null });
  open("alice");
  await screen.findByRole("heading", { name: "a draft that you can’t read any more" });
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/"]);
});

test("a link without its end says so, and can't be accepted", async () => {
  open("bob", "");
  expect((await button("Accept")).disabled).toBe(true);
  screen.getByText(/The end of the link is missing/);
});

test("with the wrong end it is refused in words, and nobody leaves the page", async () => {
  service.on("POST /v1/commands", () => problem(403, "forbidden", "The token is not that of the invite."));
  open("bob");
  fireEvent.click(await button("Accept"));
  expect((await screen.findByRole("alert")).textContent).toMatch(/The end of this link is wrong/);
  expect(location.pathname).toBe(`/invites/${INVITE}`);
});

test.each([
  ["expired", /has expired/, /Ask Alice for another one/],
  ["revoked", /was taken back/, /ask Alice/],
  ["declined", /You declined/, /ask Alice for another one/],
] as const)("one that is %s says so and what to do", async (status, words, what) => {
  stands({ status, draft_title: null });
  open("bob");
  await screen.findByText(words);
  screen.getByText(what);
  expect(screen.getByRole("link").getAttribute("href")).toBe("/");
});

test("one that expires while it is looked at says so once it is answered", async () => {
  service.on("POST /v1/commands", () => {
    stands({ status: "expired", draft_title: null });
    return problem(410, "gone", "The invite has expired; ask for another one.");
  });
  open("bob");
  fireEvent.click(await button("Accept"));
  await screen.findByText(/has expired/);
});

test("accepted before, it leads to the draft", async () => {
  stands({ status: "accepted" });
  open("bob");
  await waitFor(() => expect(location.pathname).toBe(`/drafts/${DRAFT}`));
  expect(service.commands).toEqual([]);
});

test("declining is asked first, and is told afterwards", async () => {
  open("bob");
  fireEvent.click(await button("Decline"));
  screen.getByRole("dialog", { name: "Decline this invitation?" });
  expect(service.commands).toEqual([]);
  stands({ status: "declined", draft_title: null });
  fireEvent.click(screen.getAllByRole("button", { name: "Decline" }).at(-1) as HTMLElement);
  await screen.findByText("You declined this invitation");
  expect(service.commands).toEqual([{ type: "decline-invite", invite_id: INVITE }]);
});

test("there is none of that name", async () => {
  service.on(`GET ${PATH}`, () => problem(404, "not_found", "There is no such invite."));
  open("bob");
  await screen.findByText("There is no such invitation");
});
