import type { DraftState } from "@onering/client";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, draftOf, FakeService, INVITE, json, problem, show, stateOf } from "./given.tsx";
import InviteDialog from "./InviteDialog.tsx";

const state: DraftState = stateOf(draftOf());
vi.mock("@onering/client/react", async (original) => ({
  ...(await original<typeof import("@onering/client/react")>()),
  useDraft: () => ({ ...state, onEvent: () => () => {} }),
}));

const PATH = `/v1/collab/drafts/${DRAFT}/invites`;
const URL_OF_IT = `https://ring.test/invites/${INVITE}#token=7d7d`;
const made = {
  invite_id: INVITE,
  draft_id: DRAFT,
  target_user_id: "carol",
  target_display: "Carol",
  expires_at: "2026-12-03T06:00:00.000000Z",
  token: "7d7d",
  share_url: URL_OF_IT,
};
let service: FakeService;

beforeEach(() => {
  service = new FakeService().on(`POST ${PATH}`, () => json({ data: made }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "clipboard");
  Reflect.deleteProperty(navigator, "share");
});

function open() {
  return show(<InviteDialog draftId={DRAFT} open onClose={() => {}} />, { me: "alice", service });
}
function invite(who: string) {
  fireEvent.change(screen.getByLabelText("For whom"), { target: { value: who } });
  fireEvent.click(screen.getByRole("button", { name: "Create the invitation" }));
}
const faultOf = (label: string) => {
  const field = screen.getByLabelText(label);
  expect(field.getAttribute("aria-invalid")).toBe("true");
  const told = (field.getAttribute("aria-describedby") ?? "").split(" ");
  return document.getElementById(told.at(-1) ?? "")?.textContent;
};

test("a handle is sent as a handle, with the role, the words and the hours", async () => {
  open();
  fireEvent.click(screen.getByLabelText("read"));
  fireEvent.change(screen.getByLabelText("A message to them"), { target: { value: "Come" } });
  fireEvent.change(screen.getByLabelText("The invitation is valid for"), { target: { value: "168" } });
  invite("@Carol");
  await screen.findByRole("dialog", { name: "An invitation for Carol" });
  expect(service.heard[0]?.body).toEqual({
    target_handle: "carol",
    role: "viewer",
    expires_in_hours: 168,
    message: "Come",
  });
});

test("anything else is a user id, and no words are no message", async () => {
  open();
  invite("carol");
  await screen.findByRole("dialog", { name: "An invitation for Carol" });
  expect(service.heard[0]?.body).toEqual({ target_user_id: "carol", role: "contributor", expires_in_hours: 72 });
});

test.each([
  ["", /Say who/],
  ["@a", /2 to 30 letters/],
  ["alice", /That is you/],
  ["@alice", /That is you/],
  ["bob", /Bob is already in this draft/],
])("%j is refused at its field before it is sent", (who, words) => {
  open();
  invite(who);
  expect(faultOf("For whom")).toMatch(words);
  expect(document.activeElement).toBe(screen.getByLabelText("For whom"));
  expect(service.heard).toEqual([]);
});

test.each([
  [problem(404, "not_found", "Nobody has this handle."), /Nobody is called @dan here/],
  [problem(409, "conflict", "dan is already a member, as a viewer."), /already a member/],
  [problem(400, "validation_error", "You are in the draft already; invite somebody else."), /invite somebody else/],
])("what the service says of the person is said at the field", async (answer, words) => {
  service.on(`POST ${PATH}`, () => answer);
  open();
  invite("@dan");
  await waitFor(() => expect(faultOf("For whom")).toMatch(words));
});

test("what it says of something else is said by itself", async () => {
  service.on(`POST ${PATH}`, () => problem(403, "quota_exceeded", "Your free plan allows 3 people a draft."));
  open();
  invite("@dan");
  expect((await screen.findByRole("alert")).textContent).toContain("3 people a draft");
  expect(screen.getByLabelText("For whom").getAttribute("aria-invalid")).toBeNull();
});

test("sent again because nobody answered, it is the same wish; with another person it is another", async () => {
  service.on(`POST ${PATH}`, () => {
    throw new TypeError("fetch failed");
  });
  open();
  invite("carol");
  await screen.findByRole("alert");
  invite("carol");
  await waitFor(() => expect(service.heard).toHaveLength(2));
  await screen.findByRole("alert");
  invite("dan");
  await waitFor(() => expect(service.heard).toHaveLength(3));
  const [first, second, third] = service.heard.map(({ headers }) => headers.get("Idempotency-Key"));
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("the link is shown and copied, and nothing keeps it when the dialog is closed", async () => {
  const written: string[] = [];
  Object.defineProperty(navigator, "clipboard", {
    configurable: true,
    value: { writeText: async (words: string) => void written.push(words) },
  });
  const { again } = open();
  invite("carol");
  const link = await screen.findByLabelText<HTMLInputElement>("Link");
  expect(link.value).toBe(URL_OF_IT);
  fireEvent.click(screen.getByRole("button", { name: "Copy the link" }));
  await screen.findByText("Copied");
  expect(written).toEqual([URL_OF_IT]);
  again(<InviteDialog draftId={DRAFT} open={false} onClose={() => {}} />);
  again(<InviteDialog draftId={DRAFT} open onClose={() => {}} />);
  expect(document.body.innerHTML).not.toContain("7d7d");
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("7d7d");
});

test("where the browser copies nothing, it is said and the link is selected", async () => {
  document.execCommand = () => false;
  open();
  invite("carol");
  const link = await screen.findByLabelText<HTMLInputElement>("Link");
  fireEvent.click(screen.getByRole("button", { name: "Copy the link" }));
  await screen.findByText(/Select the link/);
  expect([link.selectionStart, link.selectionEnd]).toEqual([0, URL_OF_IT.length]);
});

test("it is shared by the system only where the system can", async () => {
  const shared: unknown[] = [];
  open();
  invite("carol");
  await screen.findByLabelText("Link");
  expect(screen.queryByRole("button", { name: /Share/ })).toBeNull();
  cleanup();
  Object.defineProperty(navigator, "share", { configurable: true, value: async (what: unknown) => shared.push(what) });
  open();
  invite("carol");
  fireEvent.click(await screen.findByRole("button", { name: /Share/ }));
  expect(shared).toEqual([{ url: URL_OF_IT, text: "Write with me: “A walk”" }]);
});

test("on one's own machine it asks for the name that somebody continues as", () => {
  show(<InviteDialog draftId={DRAFT} open onClose={() => {}} />, { me: "alice", way: "development", service });
  expect(screen.getByText(/The name that they continue as/)).toBeTruthy();
});
