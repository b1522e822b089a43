import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { PAGE } from "../eventPages.ts";
import { open, prepareBrowser } from "./stage.tsx";
import { event, STORY, wrote } from "./story.ts";

vi.mock("@onering/client/react", async (real) => ({
  ...(await real<typeof import("@onering/client/react")>()),
  useDraft: (await import("./feed.ts")).useDraft,
}));
prepareBrowser();

const choose = (label: string, option: string) => {
  const select = screen.getByRole("combobox", { name: label });
  fireEvent.change(select, { target: { value: within(select).getByText(option).getAttribute("value") } });
};
const entries = () =>
  within(screen.getByRole("region", { name: "Timeline" }))
    .queryAllByRole("link")
    .map((link) => link.textContent?.replace(/[\u2068\u2069]/g, ""));

test("what happened is told in sentences, the newest first, each a way to the text then", async () => {
  open("?show=happened");
  await screen.findByText(/changed segment 2/);
  expect(entries()).toEqual([
    "Bob changed segment 2",
    "Bob wrote segment 2",
    "Alice passed the ring to Bob",
    "Alice added Bob as a writer",
    "Alice wrote segment 1",
    "Alice began “A walk”",
  ]);
  fireEvent.click(screen.getByRole("link", { name: /wrote segment 1/ }));
  expect(location.search).toBe("?at=2");
  expect(await screen.findByRole("slider", { name: "Version" })).toHaveProperty("value", "2");
});

test("one reads from either end, of one person, of one kind", async () => {
  open("?show=happened");
  await screen.findByText(/changed segment 2/);
  choose("Order", "Oldest first");
  choose("Who", "Alice");
  expect(entries()).toEqual([
    "Alice began “A walk”",
    "Alice wrote segment 1",
    "Alice added Bob as a writer",
    "Alice passed the ring to Bob",
  ]);
  choose("Show", "The ring");
  expect(entries()).toEqual(["Alice passed the ring to Bob"]);
});

test("where nothing is like that, everything is one press away", async () => {
  open("?show=happened");
  await screen.findByText(/changed segment 2/);
  choose("Show", "The ring");
  choose("Who", "Bob");
  expect(entries()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Show everything" }));
  expect(entries()).toHaveLength(6);
});

test("a history of thousands is read by pages, as far as one wants to see", async () => {
  const long = [...STORY];
  while (long.length < 3 * PAGE) long.push(wrote(long.length + 1, long.length, "And on.", "bob"));
  const { service } = open("?show=happened", { events: long });
  await screen.findByText(/wrote segment 1,500/);
  const pages = () =>
    service.asked.filter((asked) => asked.includes("/events")).map((asked) => new URL(asked, "http://x"));
  expect(pages().map((url) => url.searchParams.get("after"))).toEqual([`${2 * PAGE}`]);
  expect(entries()).toHaveLength(60);
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(entries()).toHaveLength(120);
  choose("Order", "Oldest first");
  await screen.findByText(/began/);
  expect(pages().map((url) => url.searchParams.get("after"))).toEqual([`${2 * PAGE}`, "0"]);
});

test("what is rare is looked for in all of it", async () => {
  const long = [...STORY];
  while (long.length < 2 * PAGE + 3) long.push(wrote(long.length + 1, long.length, "And on.", "bob"));
  open("?show=happened", { events: long });
  await screen.findByText(/wrote segment 1,003/);
  choose("Show", "The ring");
  await waitFor(() => expect(entries()).toEqual(["Alice passed the ring to Bob"]));
});

test("what happens now joins the list at once", async () => {
  const { feed } = open("?show=happened");
  await screen.findByText(/changed segment 2/);
  feed.happen(event(7, "draft_locked", {}));
  expect(entries()[0]).toBe("Alice locked the draft");
});

test("beside the text, the version that is shown is marked", async () => {
  open("?at=4");
  const current = await waitFor(() => {
    const found = document.querySelector('[aria-current="step"]');
    expect(found).not.toBeNull();
    return found;
  });
  expect(current?.textContent?.replace(/[\u2068\u2069]/g, "")).toBe("Alice passed the ring to Bob");
});

const SIGNED = { proofs: { origin: "onering.example.com/log" } };

test("where the log is signed, its people can verify each thing that happened", async () => {
  open("?show=happened", { config: SIGNED });
  expect(await screen.findAllByRole("button", { name: "Verify" })).toHaveLength(6);
});

test.each([
  ["dave", SIGNED],
  ["alice", {}],
])("proofs are for the draft's people, and of logs that are signed: %s with %j sees none", async (as, config) => {
  open("?show=happened", { as, config });
  await screen.findByText(/changed segment 2/);
  expect(screen.queryByRole("button", { name: "Verify" })).toBeNull();
});

test.each(["constructor", "__proto__", "toString"])("somebody whose id is %j is told of by it", async (id) => {
  const came = event(7, "collaborator_added", { user_id: id, role: "viewer" });
  open("?show=happened", { events: [...STORY, came, event(8, "collaborator_removed", { user_id: id })] });
  await screen.findByText(/changed segment 2/);
  expect(entries().slice(0, 2)).toEqual([`Alice removed ${id}`, `Alice added ${id} as a reader`]);
});
