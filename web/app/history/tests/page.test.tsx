import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { open, prepareBrowser } from "./stage.tsx";
import { amended, DRAFT, passed, STORY, wrote } from "./story.ts";

vi.mock("@onering/client/react", async (real) => ({
  ...(await real<typeof import("@onering/client/react")>()),
  useDraft: (await import("./feed.ts")).useDraft,
}));
prepareBrowser();

const slider = (name = "Version") => screen.getByRole<HTMLInputElement>("slider", { name });
const move = (to: number, name?: string) => fireEvent.change(slider(name), { target: { value: `${to}` } });
const plain = (words: string | null | undefined) => words?.replace(/[\u2068\u2069]/g, "");
const manuscript = () => screen.findByRole("article");

test("an address with a version shows the text as it was then, and the slider says where that is", async () => {
  open("?at=2");
  expect(within(await manuscript()).getByText("We left at dawn.")).toBeTruthy();
  expect(screen.queryByText("It poured.")).toBeNull();
  await waitFor(() =>
    expect(plain(slider().getAttribute("aria-valuetext"))).toMatch(/^version 2 of 6, .*2026.*, Alice wrote segment 1$/),
  );
});

test("without a version it is the text as it is now", async () => {
  open("");
  expect(within(await manuscript()).getByText("It poured.")).toBeTruthy();
  expect(slider().value).toBe("6");
});

test("moving the slider shows the text then, and the address follows", async () => {
  open("");
  await manuscript();
  move(5);
  await waitFor(async () => expect(within(await manuscript()).getByText("It rained.")).toBeTruthy());
  await waitFor(() => expect(location.search).toBe("?at=5"));
});

test("one step goes to the neighbour, and at an end nowhere", async () => {
  open("?at=5");
  await manuscript();
  const on = screen.getByRole("button", { name: "One version on" });
  fireEvent.click(on);
  expect(slider().value).toBe("6");
  fireEvent.click(on);
  expect(slider().value).toBe("6");
  expect(on.getAttribute("aria-disabled")).toBe("true");
});

test("while a version is on its way the text before stays, said to be waiting", async () => {
  open("");
  await manuscript();
  move(2);
  const text = await manuscript();
  expect(within(text).getByText("It poured.")).toBeTruthy();
  expect(text.getAttribute("aria-busy")).toBe("true");
  await waitFor(() => expect(text.getAttribute("aria-busy")).toBe("false"));
  expect(within(text).queryByText("It poured.")).toBeNull();
});

test("only where the slider rested is the service asked", async () => {
  const { service } = open("?at=6");
  await manuscript();
  await waitFor(() => expect(service.asked.some((asked) => asked.endsWith("?at=5"))).toBe(true));
  for (const version of [4, 3, 2, 1]) move(version);
  await waitFor(async () => expect(within(await manuscript()).getByText(/Nothing was written yet/)).toBeTruthy());
  expect(service.asked.filter((asked) => /\?at=[34]$/.test(asked))).toEqual([]);
});

test("what others write meanwhile makes the slider longer and moves nobody", async () => {
  const { feed } = open("");
  await manuscript();
  feed.happen(passed(7, "bob", "alice"));
  feed.happen(wrote(8, 2, "Then the sun came."));
  expect(slider().value).toBe("6");
  expect(slider().max).toBe("8");
  expect(screen.getByText(/now 2 newer/)).toBeTruthy();
  expect(screen.queryByText("Then the sun came.")).toBeNull();
});

test("whoever wants the newest goes there with one press", async () => {
  const { feed, service } = open("");
  await manuscript();
  service.events = [...STORY, amended(7, 0, "We left at noon.")];
  feed.happen(amended(7, 0, "We left at noon."));
  fireEvent.click(screen.getByRole("button", { name: "Show the latest version" }));
  await waitFor(async () => expect(within(await manuscript()).getByText("We left at noon.")).toBeTruthy());
  expect(screen.queryByText(/newer/)).toBeNull();
});

test("the text by author names each of them and says what part is theirs", async () => {
  open("?at=6");
  await manuscript();
  fireEvent.click(screen.getByRole("checkbox", { name: "Who wrote what" }));
  const key = screen.getByRole("list", { name: /Who wrote how much/ });
  expect(
    within(key)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["Alice4 words, 67%", "Bob2 words, 33%"]);
  const text = within(await manuscript());
  const edges = ["Alice", "Bob"].map((name) =>
    text.getByText(name).closest("[data-pattern]")?.getAttribute("data-pattern"),
  );
  expect(edges).toEqual(["0", "1"]);
});

const DIFF = {
  draft_id: DRAFT,
  from: { version: 2, at: "2026-05-03T12:02:00.000000Z" },
  to: { version: 6, at: "2026-05-03T12:06:00.000000Z" },
  fields: [],
  members: [
    { user_id: "bob", from: null, to: "contributor", by: "alice", at: "2026-05-03T12:03:00.000000Z", version: 3 },
  ],
  segments: {
    added: [],
    amended: [
      {
        segment_id: "00000000-0000-4000-8000-000000000000",
        segment_order: 0,
        user_id: "alice",
        from: "We left at dawn.",
        to: "We left at noon.",
        by: "alice",
        at: "2026-05-03T12:05:00.000000Z",
        version: 5,
      },
    ],
    withdrawn: [],
  },
  ring: { from: "alice", to: "bob", passes: [] },
  next_cursor: null,
};

test("an address with two versions shows what changed between them, marked and in words", async () => {
  open("?from=2&to=6", { answers: { diff: () => DIFF } });
  const marked = (await screen.findByText("We left at")).closest("p");
  expect(marked?.querySelector("del")?.textContent).toBe("[taken out: dawn]");
  expect(marked?.querySelector("ins")?.textContent).toBe("[added: noon]");
  expect(plain(screen.getByText(/joined/).textContent)).toBe("Bob joined as a writer");
  expect(slider("From version").value).toBe("2");
  expect(slider("To version").value).toBe("6");
});

test("of a text that was rewritten all over, a stretch is drawn at a time", async () => {
  const [changed] = DIFF.segments.amended;
  const rewritten = Array.from({ length: 1000 }, (_, n) => ({ ...changed, segment_id: `s${n}`, segment_order: n }));
  open("?from=2&to=6", { answers: { diff: () => ({ ...DIFF, segments: { ...DIFF.segments, amended: rewritten } }) } });
  const drawn = () => within(screen.getByRole("region", { name: "The text" })).getAllByRole("article").length;
  const more = await screen.findByRole("button", { name: "Show more of them" });
  expect(drawn()).toBe(50);
  fireEvent.click(more);
  expect(drawn()).toBe(100);
});

test("moving a handle compares anew, the earlier version first, and the address follows", async () => {
  const asked: string[] = [];
  open("?from=2&to=6", {
    answers: {
      diff: (query) => {
        asked.push(`${query.get("from")} ${query.get("to")}`);
        return DIFF;
      },
    },
  });
  await screen.findByText("We left at");
  move(4, "To version");
  move(5, "From version");
  await waitFor(() => expect(asked).toEqual(["2 6", "4 5"]));
  await waitFor(() => expect(location.search).toBe("?from=5&to=4"));
});

test("pictures are for members, and others are told so", async () => {
  const { service } = open("?show=pictures", { as: "dave" });
  expect(await screen.findByText("Only people in this draft can see its figures.")).toBeTruthy();
  expect(service.asked.filter((asked) => /analytics|insights/.test(asked))).toEqual([]);
  expect(screen.queryByRole("button", { name: "Sign in" })).toBeNull();
});

test("whoever is not signed in is offered to sign in for the pictures", async () => {
  const { session } = open("?show=pictures", { as: null });
  fireEvent.click(await screen.findByRole("button", { name: "Sign in" }));
  expect(session.askToSignIn).toHaveBeenCalledWith("see the figures of your drafts");
});

test("a file is for members; everybody may print", async () => {
  open("", { as: null });
  await manuscript();
  expect(screen.getByRole("button", { name: "Print this page" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Save or print" })).toBeNull();
});

test("a member saves the draft as a file", async () => {
  const saved: { name: string; body: string }[] = [];
  URL.createObjectURL = () => "blob:file";
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    saved.push({ name: this.download, body: this.href });
  });
  const bodies: string[] = [];
  open("", {
    answers: {
      [DRAFT]: (_query, body) => {
        bodies.push(body);
        return {
          draft_id: DRAFT,
          format: "markdown",
          filename: "a-walk.md",
          content_type: "text/markdown",
          content: "#",
        };
      },
    },
  });
  await manuscript();
  fireEvent.click(screen.getByRole("button", { name: "Save or print" }));
  fireEvent.click(screen.getByRole("menuitem", { name: "Save as Markdown" }));
  await waitFor(() => expect(saved).toEqual([{ name: "a-walk.md", body: "blob:file" }]));
  expect(bodies.map((body) => JSON.parse(body))).toEqual([{ format: "markdown", include_credits: true }]);
});

test("a draft that was not shared says so and leads home", async () => {
  const { feed } = open("");
  feed.become({ draft: null, version: 0, end: { code: 4404, reason: "no such draft" } });
  expect(screen.getByText("There is no such draft, or it was not shared with you.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Go to your drafts" }).getAttribute("href")).toBe("/");
});
