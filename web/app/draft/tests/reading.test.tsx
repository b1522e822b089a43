import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { text } from "../../strings.ts";
import { added, draft, segment, stored } from "./drafts.ts";
import type { PlayedDraft } from "./played.ts";
import { open, prepareBrowser } from "./stage.tsx";

vi.mock("@onering/client/react", async () => (await import("./played.ts")).hooks);
// What a segment says is drawn once whenever the segment is.
const drawn = vi.hoisted(() => vi.fn<(content: string) => void>());
vi.mock("../Marked.tsx", async (load) => {
  const { Marked } = await load<typeof import("../Marked.tsx")>();
  return {
    Marked: (props: Parameters<typeof Marked>[0]) => {
      drawn(props.content);
      return Marked(props);
    },
  };
});
prepareBrowser();

/** What was drawn since it was asked last. */
function rendered(): string[] {
  const contents = drawn.mock.calls.map(([content]) => content);
  drawn.mockClear();
  return contents;
}

const items = () => within(screen.getByRole("region", { name: text.draft.text.label })).getAllByRole("listitem");
const many = (count: number) =>
  Array.from({ length: count }, (_, order) => segment(order, order % 2 ? "bob" : "alice"));

describe("a text of two thousand segments", () => {
  it("has those near the screen in the document, and tells how many there are", async () => {
    open("vera", { written: stored(many(2000)) });
    await screen.findByText("Sentence 0.");
    expect(items().length).toBeLessThan(40);
    expect(items()[0]?.getAttribute("aria-setsize")).toBe("2000");
    expect(items()[0]?.getAttribute("aria-posinset")).toBe("1");
    expect(items()[0]?.textContent).toContain("Sentence 0.");
  });
});

describe("a text of a few pages", () => {
  it("is in the document as a whole, at once, told as a long one is", () => {
    open("vera", { written: stored(many(150)) });
    expect(items()).toHaveLength(150);
    expect(items()[149]?.getAttribute("aria-setsize")).toBe("150");
    expect(items()[149]?.getAttribute("aria-posinset")).toBe("150");
  });

  it("stays the list that it is when it grows long while it is read", () => {
    const { live } = open("vera", { written: stored(many(150)) });
    const [first] = items();
    live.become({ written: stored(many(170)) });
    expect(items()).toHaveLength(170);
    expect(items()[0]).toBe(first);
  });

  it("stays where it is on the screen when something comes or goes above", () => {
    // As the browser lays them out: one below the other, scrolled so that the first ten are above the window.
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
      const place = [...(this.parentElement?.children ?? [])].indexOf(this);
      return new DOMRect(0, (place - 10) * 96, 600, 96);
    });
    vi.stubGlobal("scrollBy", vi.fn());
    const scrolled = () => vi.mocked(window.scrollBy).mock.calls.at(-1)?.[0];
    const written = stored(many(50));
    const { live } = open("vera", { written: written.slice(10) });
    live.become({ written });
    expect(scrolled()).toEqual({ top: 960, behavior: "instant" });
    live.become({ written: written.toSpliced(3, 1) });
    expect(scrolled()).toEqual({ top: -96, behavior: "instant" });
    vi.mocked(window.scrollBy).mockClear();
    live.become({ written: [...written.toSpliced(3, 1), ...stored([segment(50, "bob")])] });
    expect(window.scrollBy).not.toHaveBeenCalled();
  });
});

describe("one event", () => {
  it("renders one segment: the one that was added", () => {
    const written = stored(many(5));
    const { live } = open("vera", { written });
    rendered();
    live.become({ version: 5, written: [...written, ...stored([segment(5, "carol")])] });
    expect(rendered()).toEqual(["Sentence 5."]);
  });

  it("renders one segment: the one that was changed", () => {
    const written = stored(many(5));
    const { live } = open("vera", { written });
    rendered();
    const changed = { ...segment(3, "bob"), content: "Otherwise." };
    live.become({ version: 5, written: written.with(3, { segment: changed, state: "stored" }) });
    expect(rendered()).toEqual(["Otherwise."]);
  });

  it("renders no segment, if it is about something else", () => {
    const { live } = open("vera", { written: stored(many(5)) });
    rendered();
    live.become({ version: 5, draft: draft({ title: "A long walk" }) });
    live.become({ presence: { people: ["bob"], count: 1, anonymous: 0, complete: true } });
    live.become({ typing: "alice" });
    expect(rendered()).toEqual([]);
    expect(screen.getByRole("heading", { level: 1, name: "A long walk" })).toBeTruthy();
  });
});

describe("somebody who reads elsewhere", () => {
  it("is told how much of others is new below, and not of what they wrote themselves", () => {
    vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(50_000);
    const written = stored(many(50));
    const { live } = open("carol", { written });
    const all = [...written, ...stored([segment(50, "bob"), segment(51, "bob"), segment(52, "carol")])];
    expect(screen.queryByRole("button", { name: /new below/ })).toBeNull();
    live.become({ written: all });
    expect(screen.getByRole("button", { name: text.draft.text.below(2) })).toBeTruthy();
  });

  it("is not told while they read the end", () => {
    vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(window.innerHeight);
    const written = stored(many(50));
    const { live } = open("carol", { written });
    live.become({ written: [...written, ...stored([segment(50, "bob")])] });
    expect(screen.queryByRole("button", { name: /new below/ })).toBeNull();
  });
});

describe("what is mine and on its way", () => {
  it("stands at its place and says so in words", () => {
    open("alice", { written: [...stored([segment(0)]), { segment: segment(1), state: "sending" }] });
    const [first, second] = items();
    expect(first?.textContent).not.toContain(text.draft.text.onItsWay);
    expect(second?.textContent).toContain(text.draft.text.onItsWay);
  });
});

describe("a text in which one writes", () => {
  const change = (start: string) => screen.getByRole("button", { name: text.draft.text.changeOf(start) });
  const mine = { written: stored([segment(0, "alice"), segment(1, "bob")]) };

  it("lets the holder change their own segments in place, and comes back with what was refused", async () => {
    const { live } = open("alice", mine);
    expect(screen.queryByRole("button", { name: text.draft.text.changeOf("Sentence 1.") })).toBeNull();
    fireEvent.click(change("Sentence 0."));
    const area = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: text.draft.text.changing });
    expect(screen.getByText(text.draft.text.stays)).toBeTruthy();
    fireEvent.change(area(), { target: { value: "Otherwise." } });
    fireEvent.keyDown(area(), { key: "Enter", ctrlKey: true });
    expect(live.sent[0]?.command).toMatchObject({ type: "amend-segment", content: "Otherwise." });
    await act(async () => live.sent[0]?.refuse(new Error("no")));
    expect(area().value).toBe("Otherwise.");
    expect(area().getAttribute("aria-invalid")).toBe("true");
  });

  describe("and changes something", () => {
    const own = { written: stored([segment(0, "alice"), segment(1, "alice")]) };
    const area = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: text.draft.text.changing });
    const kept = () => screen.queryByRole("region", { name: text.draft.unsent.changeTitle });
    const rewrite = (start: string, value: string) => {
      fireEvent.click(change(start));
      fireEvent.change(area(), { target: { value } });
    };
    const save = () => fireEvent.keyDown(area(), { key: "Enter", ctrlKey: true });
    const refuse = (live: PlayedDraft) => act(async () => live.sent[0]?.refuse(new Error("no")));
    const bobs = { draft: draft({}, { current_holder_id: "bob" }) };

    it("keeps what was refused while another is being changed, and goes on with it after that", async () => {
      const { live } = open("alice", own);
      rewrite("Sentence 0.", "One.");
      save();
      rewrite("Sentence 1.", "Tw");
      await refuse(live);
      expect(area().value).toBe("Tw");
      expect(kept()?.textContent).toContain("One.");
      fireEvent.keyDown(area(), { key: "Escape" });
      expect(area().value).toBe("One.");
      expect(kept()).toBeNull();
    });

    it("keeps what was refused because it is somebody else's turn, with the reason", async () => {
      const { live } = open("alice", own);
      rewrite("Sentence 0.", "One.");
      save();
      live.become(bobs);
      await refuse(live);
      expect(kept()?.textContent).toContain("One.");
      expect(kept()?.textContent).toContain(text.draft.write.refused(""));
      fireEvent.click(screen.getByRole("button", { name: text.draft.unsent.discard }));
      expect(kept()).toBeNull();
    });

    it("keeps what is typed when the turn is over, and goes on with it in the next", () => {
      const { live } = open("alice", own);
      rewrite("Sentence 0.", "One");
      live.become(bobs);
      expect(kept()?.textContent).toContain("One");
      live.become({ draft: draft() });
      expect(area().value).toBe("One");
    });

    it("keeps what is typed in a segment when that is left for another, or taken out", () => {
      const { live } = open("alice", own);
      rewrite("Sentence 0.", "One");
      rewrite("Sentence 1.", "Two");
      expect(kept()?.textContent).toContain("One");
      live.become({ written: own.written.slice(0, 1) });
      expect(kept()?.textContent).toContain("Two");
      expect(area().value).toBe("One");
    });

    it("forgets what nothing was typed in", () => {
      open("alice", own);
      fireEvent.click(change("Sentence 0."));
      fireEvent.click(change("Sentence 1."));
      fireEvent.keyDown(area(), { key: "Escape" });
      expect(screen.queryByRole("textbox", { name: text.draft.text.changing })).toBeNull();
    });

    it("finds in the composer what was refused after the page was left", async () => {
      const first = open("alice", own);
      rewrite("Sentence 0.", "One.");
      save();
      first.unmount();
      await refuse(first.live);
      open("alice", own);
      expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: text.draft.write.label }).value).toBe("One.");
    });
  });

  it("leaves a segment as it is on Escape", () => {
    const { live } = open("alice", mine);
    fireEvent.click(change("Sentence 0."));
    fireEvent.keyDown(screen.getByRole("textbox", { name: text.draft.text.changing }), { key: "Escape" });
    expect(screen.queryByRole("textbox", { name: text.draft.text.changing })).toBeNull();
    expect(document.activeElement?.textContent).toContain("Sentence 0.");
    expect(live.sent).toHaveLength(0);
  });

  it("asks before a segment is taken out", async () => {
    const { live } = open("alice", mine);
    fireEvent.click(screen.getByRole("button", { name: text.draft.text.withdrawOf("Sentence 0.") }));
    expect(live.sent).toHaveLength(0);
    fireEvent.click(await screen.findByRole("button", { name: text.draft.text.withdrawYes }));
    expect(live.sent[0]?.command).toMatchObject({ type: "withdraw-segment", segment_id: "segment-0" });
  });
});

describe("the keyboard", () => {
  it("goes to the beginning and the end at once, but not while somebody types", () => {
    const scroll = vi.mocked(window.scrollTo);
    open("alice", { written: stored(many(200)) });
    scroll.mockClear();
    fireEvent.keyDown(screen.getByRole("textbox"), { key: "Home" });
    expect(scroll).not.toHaveBeenCalled();
    fireEvent.keyDown(document.body, { key: "Home" });
    expect(scroll).toHaveBeenLastCalledWith({ top: 0, behavior: "instant" });
    fireEvent.keyDown(document.body, { key: "End" });
    expect(scroll).toHaveBeenLastCalledWith({ top: document.documentElement.scrollHeight, behavior: "instant" });
  });
});

describe("finding", () => {
  it("opens instead of the browser's own where part of the text is not in the document", async () => {
    open("vera", { written: stored(many(200)) });
    const pressed = fireEvent.keyDown(window, { key: "f", ctrlKey: true });
    expect(pressed).toBe(false);
    fireEvent.change(await screen.findByRole("searchbox"), { target: { value: "sentence 19" } });
    expect(screen.getByText(text.draft.find.found("1", "11"))).toBeTruthy();
    fireEvent.keyDown(screen.getByRole("searchbox"), { key: "Escape" });
    expect(screen.queryByRole("searchbox")).toBeNull();
  });

  it("is the browser's own where all of the text is", () => {
    open("vera", { written: stored(many(100)) });
    expect(fireEvent.keyDown(window, { key: "f", ctrlKey: true })).toBe(true);
  });
});

describe("what others do", () => {
  it("is said quietly, once for what came together", () => {
    vi.useFakeTimers();
    const { live } = open("vera", { written: stored(many(3)) });
    live.happen(added("bob", 5));
    live.happen(added("bob", 6));
    act(() => void vi.advanceTimersByTime(1_000));
    expect(screen.getByText("Bob added 2 segments").getAttribute("role")).toBe("status");
    vi.useRealTimers();
  });
});
