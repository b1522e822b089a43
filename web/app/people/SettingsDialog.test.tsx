import type { Draft, DraftState } from "@onering/client";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, done, draftOf, FakeService, problem, show, stateOf } from "./given.tsx";
import SettingsDialog from "./SettingsDialog.tsx";

let state: DraftState;
vi.mock("@onering/client/react", async (original) => ({
  ...(await original<typeof import("@onering/client/react")>()),
  useDraft: () => ({ ...state, onEvent: () => () => {} }),
}));

let service: FakeService;
let closed: boolean;
beforeEach(() => {
  service = new FakeService().on("POST /v1/commands", done);
  closed = false;
});
afterEach(cleanup);

const dialog = () => (
  <SettingsDialog
    draftId={DRAFT}
    open
    onClose={() => {
      closed = true;
    }}
  />
);
function open(draft: Draft = draftOf(), me = "alice") {
  state = stateOf(draft);
  const { again } = show(dialog(), { me, service });
  return (newer: Draft) => {
    state = stateOf(newer);
    again(dialog());
  };
}
const write = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const written = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;
const save = () => fireEvent.click(screen.getByRole("button", { name: "Save" }));

test("one command is sent with what was changed, for the version that was seen", async () => {
  open();
  write("Title", "Dusk");
  write("A turn lasts at most", "48");
  save();
  await waitFor(() => expect(closed).toBe(true));
  expect(service.commands).toEqual([{ type: "edit-draft", draft_id: DRAFT, title: "Dusk", turn_limit_hours: 48 }]);
  expect(service.heard[0]?.headers.get("If-Match")).toBe('"7"');
});

test("before it becomes public it is asked, and no sends nothing", async () => {
  open();
  fireEvent.click(screen.getByLabelText(/^Public/));
  save();
  screen.getByRole("dialog", { name: "Make it public?" });
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(service.commands).toEqual([]);
  save();
  fireEvent.click(screen.getByRole("button", { name: "Make it public" }));
  await waitFor(() => expect(closed).toBe(true));
  expect(service.commands).toEqual([{ type: "edit-draft", draft_id: DRAFT, visibility: "public" }]);
});

test("to become private nothing is asked", async () => {
  open(draftOf({ visibility: "public" }));
  fireEvent.click(screen.getByLabelText(/^Private/));
  save();
  await waitFor(() => expect(closed).toBe(true));
});

test("what somebody else changes meanwhile is there at once, unless it is being changed here", () => {
  const happens = open();
  write("Title", "Mine");
  happens(draftOf({ version: 8, title: "Theirs", description: "New" }));
  expect(written("What it is about")).toBe("New");
  expect(written("Title")).toBe("Mine");
  screen.getByText(/Somebody has changed this to “Theirs”/);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
});

test("then one takes theirs, and nothing is left to be saved", () => {
  const happens = open();
  write("Title", "Mine");
  happens(draftOf({ version: 8, title: "Theirs" }));
  fireEvent.click(screen.getByRole("button", { name: "Use theirs" }));
  expect(written("Title")).toBe("Theirs");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
});

test("or keeps one's own, for the version that has theirs", async () => {
  const happens = open();
  write("Title", "Mine");
  happens(draftOf({ version: 8, title: "Theirs" }));
  fireEvent.click(screen.getByRole("button", { name: "Keep mine" }));
  expect(screen.queryByText(/Somebody changed this/)).toBeNull();
  save();
  await waitFor(() => expect(closed).toBe(true));
  expect(service.commands).toEqual([{ type: "edit-draft", draft_id: DRAFT, title: "Mine" }]);
  expect(service.heard[0]?.headers.get("If-Match")).toBe('"8"');
});

test("what came in between unseen is not overwritten", async () => {
  service.on("POST /v1/commands", () => problem(412, "precondition_failed", "The draft is at version 8."));
  open();
  write("Title", "Mine");
  save();
  expect((await screen.findByRole("alert")).textContent).toMatch(/Look it over, then save again/);
  expect(closed).toBe(false);
});

test("a title of nothing is refused at its field", () => {
  open();
  write("Title", " ");
  save();
  screen.getByText("A draft needs a title.");
  expect(document.activeElement).toBe(screen.getByLabelText("Title"));
  expect(service.commands).toEqual([]);
});

test("what the service refuses about a field is said there", async () => {
  const errors = [{ loc: ["target_publish_at"], msg: "must be a time between the years 1970 and 9998" }];
  service.on("POST /v1/commands", () => problem(422, "validation_error", "A field is wrong.", errors));
  open();
  write("Planned publication", "1969-01-01T00:00");
  save();
  await screen.findByText(/between the years/);
  expect(screen.getByLabelText("Planned publication").getAttribute("aria-invalid")).toBe("true");
});

test.each([
  ["active", ["Lock", "Mark as complete", "Archive"]],
  ["locked", ["Unlock", "Mark as complete", "Archive"]],
  ["completed", ["Reopen"]],
  ["archived", ["Reopen"]],
] as const)("a draft that is %s goes on from there", (status, steps) => {
  open(draftOf({ status }));
  const all = ["Lock", "Unlock", "Mark as complete", "Archive", "Reopen"];
  expect(all.filter((name) => screen.queryByRole("button", { name }) !== null)).toEqual(steps);
  expect(screen.queryByLabelText("Title") === null).toBe(status === "completed" || status === "archived");
});

test("an end is asked for, a pause is not", async () => {
  open();
  fireEvent.click(screen.getByRole("button", { name: "Lock" }));
  await waitFor(() => expect(service.commands).toEqual([{ type: "lock-draft", draft_id: DRAFT }]));
  fireEvent.click(screen.getByRole("button", { name: "Archive" }));
  screen.getByRole("dialog", { name: "Archive this draft?" });
  expect(service.commands).toHaveLength(1);
});

test("when a step is taken and its button is gone, the keyboard stays with the steps", () => {
  const happens = open();
  screen.getByRole("button", { name: "Lock" }).focus();
  happens(draftOf({ version: 8, status: "locked" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Lock, complete or archive" }));
});

test("nobody but the owner gets to change anything", () => {
  open(draftOf(), "bob");
  screen.getByText("Only the owner changes these.");
  expect(screen.queryByLabelText("Title")).toBeNull();
  expect(screen.queryByRole("button", { name: /Lock|Archive/ })).toBeNull();
});
