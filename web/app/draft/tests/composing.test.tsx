import { type DraftState, Refused } from "@onering/client";
import { act, fireEvent, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { text } from "../../strings.ts";
import { toast } from "../../ui/toast.ts";
import { DRAFT, draft, segment, stored } from "./drafts.ts";
import type { PlayedDraft } from "./played.ts";
import { open, prepareBrowser } from "./stage.tsx";

vi.mock("@onering/client/react", async () => (await import("./played.ts")).hooks);
vi.mock("../../ui/toast.ts", () => ({ toast: vi.fn() }));
prepareBrowser();

const words = text.draft.write;
const KEY = `onering.unsent:alice:${DRAFT}`;
const SENT = `onering.sent:alice:${DRAFT}`;
const bobs = { draft: draft({}, { current_holder_id: "bob" }) } satisfies Partial<DraftState>;
const notYours = new Refused({ status: 403, code: "ring_required", detail: "Only the ring holder may; bob holds it." });

const area = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: words.label });
const type = (value: string) => fireEvent.change(area(), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const underway = () =>
  JSON.parse(localStorage.getItem(SENT) ?? "[]").map(({ content }: { content: string }) => content);
const commands = (live: PlayedDraft) => live.sent.map(({ command }) => command);

async function settle(how: (() => void) | undefined) {
  await act(async () => how?.());
}

describe("the composer", () => {
  it("sends what is written, and is empty at once", () => {
    const { live } = open("alice");
    type("We left at dawn.");
    press(words.send);
    expect(commands(live)).toEqual([{ type: "add-segment", draft_id: DRAFT, content: "We left at dawn." }]);
    expect(area().value).toBe("");
  });

  it.each([{ ctrlKey: true }, { metaKey: true }])("sends with Enter and %o, and not with Enter alone", (modifier) => {
    const { live } = open("alice");
    type("We left.");
    fireEvent.keyDown(area(), { key: "Enter" });
    expect(live.sent).toHaveLength(0);
    fireEvent.keyDown(area(), { key: "Enter", ...modifier });
    expect(live.sent).toHaveLength(1);
  });

  it.each([
    ["", words.flaws.empty],
    ["  \n", words.flaws.blank],
    ["a".repeat(501), words.flaws.long],
    ["a\u0007", words.flaws.control],
  ])("sends nothing that the service refuses, and says at the field what is wrong: %j", (value, why) => {
    const { live } = open("alice");
    type(value);
    press(words.send);
    expect(live.sent).toHaveLength(0);
    expect(area().getAttribute("aria-invalid")).toBe("true");
    const about = document.getElementById(area().getAttribute("aria-describedby") ?? "");
    expect(about?.textContent).toBe(why);
    expect(document.activeElement).toBe(area());
  });

  it("counts code points, and tells a screen reader only near the limit", () => {
    open("alice");
    type("🙂".repeat(449));
    expect(screen.getByText(words.count("449", "500"))).toBeTruthy();
    expect(screen.queryByText(words.left(51))).toBeNull();
    type("🙂".repeat(450));
    expect(screen.getByText(words.left(50)).getAttribute("role")).toBe("status");
    type("🙂".repeat(451));
    expect(screen.getByText(words.left(50))).toBeTruthy();
    type("🙂".repeat(501));
    expect(screen.getByText(words.over(1))).toBeTruthy();
  });

  it("tells others that somebody writes, every three seconds at most", () => {
    const clock = vi.spyOn(Date, "now").mockReturnValue(10_000);
    const { live } = open("alice");
    type("W");
    type("We");
    clock.mockReturnValue(12_999);
    type("We ");
    expect(live.typing).toHaveBeenCalledTimes(1);
    clock.mockReturnValue(13_000);
    type("We l");
    expect(live.typing).toHaveBeenCalledTimes(2);
  });
});

describe("what was refused", () => {
  it("comes back with the reason, with people called by their names", async () => {
    const { live } = open("alice");
    type("We left.");
    press(words.send);
    await settle(() => live.sent[0]?.refuse(notYours));
    expect(area().value).toBe("We left.");
    expect(screen.getByText(words.refused("Only the ring holder may; Bob holds it."))).toBeTruthy();
  });

  it("tells the reason also if the turn is over meanwhile", async () => {
    const { live } = open("alice");
    type("We left.");
    press(words.send);
    live.become(bobs);
    await settle(() => live.sent[0]?.refuse(notYours));
    const kept = within(screen.getByRole("region", { name: text.draft.unsent.title }));
    expect(kept.getByText("We left.")).toBeTruthy();
    expect(kept.getByText(words.refused("Only the ring holder may; Bob holds it."))).toBeTruthy();
  });

  it("comes back before what was typed meanwhile", async () => {
    const { live } = open("alice");
    type("We left.");
    press(words.send);
    type("It rai");
    await settle(() => live.sent[0]?.refuse(notYours));
    expect(area().value).toBe("We left.\n\nIt rai");
  });

  it("comes back in its order, once nothing is on its way any more", async () => {
    const { live } = open("alice");
    for (const one of ["One.", "Two.", "Three."]) {
      type(one);
      press(words.send);
    }
    await settle(() => live.sent[0]?.refuse(notYours));
    expect(area().value).toBe("");
    await settle(() => live.sent[1]?.accept());
    await settle(() => live.sent[2]?.refuse(notYours));
    expect(area().value).toBe("One.\n\nThree.");
  });

  it("is forgotten by the live draft, once it was told", () => {
    const { live } = open("alice");
    const command = { type: "add-segment", draft_id: DRAFT, content: "We left." } as const;
    live.become({ refused: [{ key: "key", command, reason: notYours }] });
    expect(live.dismiss).toHaveBeenCalledWith("key");
  });
});

describe("unsent text", () => {
  it("survives the page, and is there again", () => {
    const { unmount } = open("alice");
    type("We left at d");
    unmount();
    open("alice");
    expect(area().value).toBe("We left at d");
  });

  it("is one person's, and not the next one's in the same browser", () => {
    const { unmount } = open("alice");
    type("We left at d");
    unmount();
    open("bob", bobs);
    expect(area().value).toBe("");
    expect(localStorage.getItem(KEY)).toBe("We left at d");
  });

  it("is kept until it is accepted", async () => {
    const { live } = open("alice");
    type("We left.");
    press(words.send);
    expect(underway()).toEqual(["We left."]);
    type("It rai");
    expect(localStorage.getItem(KEY)).toBe("It rai");
    expect(underway()).toEqual(["We left."]);
    await settle(() => live.sent[0]?.accept());
    expect(underway()).toEqual([]);
    expect(localStorage.getItem(KEY)).toBe("It rai");
    type("");
    expect(localStorage).toHaveLength(0);
  });

  it("is what another page of the same person shows, too", () => {
    open("alice");
    type("We left");
    localStorage.setItem(KEY, "We left at dawn");
    const elsewhere = { key: KEY, oldValue: "We left", newValue: "We left at dawn" };
    act(() => void dispatchEvent(new StorageEvent("storage", elsewhere)));
    expect(area().value).toBe("We left at dawn");
    localStorage.removeItem(KEY);
    act(() => void dispatchEvent(new StorageEvent("storage", { key: KEY, newValue: null })));
    expect(area().value).toBe("");
  });

  it("stays when the ring goes to somebody else", () => {
    const { live } = open("alice");
    type("We left.");
    live.become(bobs);
    expect(screen.queryByRole("textbox", { name: words.label })).toBeNull();
    const kept = screen.getByRole("region", { name: text.draft.unsent.title });
    expect(within(kept).getByText("We left.")).toBeTruthy();
    live.become({ draft: draft() });
    expect(area().value).toBe("We left.");
  });

  it("says to whom may only read now that it won’t be their turn again", () => {
    const { live } = open("alice");
    type("We left.");
    const whole = draft({}, { current_holder_id: "bob" });
    live.become({ draft: { ...whole, members: whole.members.filter(({ user_id }) => user_id !== "alice") } });
    screen.getByText(text.draft.unsent.keptFromReader);
    live.become(bobs);
    screen.getByText(text.draft.unsent.kept);
  });
});

describe("what was underway when its page was closed", () => {
  /** Another page of Alice sent this, after so many segments, and is gone. */
  function left(...contents: string[]) {
    const sent = contents.map((content, index) => ({ id: `${index}`, page: "gone", content, after: 3 }));
    localStorage.setItem(SENT, JSON.stringify(sent));
  }
  const others = [segment(3, "bob", "It was late.")];
  const since = (...contents: string[]) => [
    ...others,
    ...contents.map((content, index) => segment(4 + index, "alice", content)),
  ];

  it("is given back, before what was typed", () => {
    left("One.", "Two.");
    localStorage.setItem(KEY, "Thr");
    open("alice", { written: stored(others) });
    expect(area().value).toBe("One.\n\nTwo.\n\nThr");
    expect(underway()).toEqual([]);
    expect(localStorage.getItem(KEY)).toBe("One.\n\nTwo.\n\nThr");
  });

  it("is not offered again as far as it was stored, however much it was", () => {
    left("One.", "Two.", "Three.");
    localStorage.setItem(KEY, "Fo");
    open("alice", { written: stored(since("One.", "Two.")) });
    expect(area().value).toBe("Three.\n\nFo");
  });

  it("is taken for stored as often as it was stored", () => {
    left("Ho.", "Ho.");
    open("alice", { written: stored(since("Ho.")) });
    expect(area().value).toBe("Ho.");
  });

  it("is not taken for what was there before, or for what somebody else wrote", () => {
    left("It was late.", "Ho.");
    open("alice", { written: stored([segment(2, "alice", "Ho."), ...others, segment(4, "bob", "Ho.")]) });
    expect(area().value).toBe("It was late.\n\nHo.");
  });

  it("is taken back from the composer if it turns out to be stored later", () => {
    left("One.", "Two.");
    const { live } = open("alice", { written: stored(others) });
    type("One.\n\nTwo.\n\nThree");
    live.become({ written: stored(since("One.")) });
    expect(area().value).toBe("Two.\n\nThree");
    live.become({ written: stored(since("One.", "Two.")) });
    expect(area().value).toBe("Three");
  });

  it("is left to pages that are there, where the browser can't tell which are", () => {
    const { live } = open("alice", { written: stored(others) });
    left("One.");
    act(() => void dispatchEvent(new StorageEvent("storage", { key: SENT, newValue: "" })));
    live.become({ written: stored(since("Else.")) });
    expect(area().value).toBe("");
    expect(underway()).toEqual(["One."]);
  });

  it("stays where it is while its page is there, and comes when that is closed", () => {
    const closings = new Map<string, () => void>();
    const request = vi.fn(async (name: string, run: () => void) => void closings.set(name, run));
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { locks: { request } }));
    left("One.");
    open("alice", { written: stored(others) });
    expect(area().value).toBe("");
    act(() => closings.get("onering.page:gone")?.());
    expect(area().value).toBe("One.");
  });
});

describe("a text that is left while it is underway", () => {
  it("comes back, before what was typed since then", async () => {
    const first = open("alice");
    type("One.");
    press(words.send);
    first.unmount();
    open("alice");
    expect(area().value).toBe("");
    type("Two.");
    await settle(() => first.live.sent[0]?.refuse(notYours));
    expect(area().value).toBe("One.\n\nTwo.");
  });

  it("takes nothing along that was typed since then, once it is accepted", async () => {
    const first = open("alice");
    type("One.");
    press(words.send);
    first.unmount();
    open("alice");
    type("Two.");
    await settle(() => first.live.sent[0]?.accept());
    expect(area().value).toBe("Two.");
    expect(localStorage.getItem(KEY)).toBe("Two.");
  });
});

describe("adding and passing in one go", () => {
  beforeEach(() => void vi.mocked(toast).mockClear());

  async function pass() {
    press(words.sendAndPass);
    const dialog = await screen.findByRole("dialog", { name: text.draft.ring.pass });
    fireEvent.click(within(dialog).getByRole("button", { name: /Bob/ }));
  }

  it("sends one behind the other, and does not keep the person waiting", async () => {
    const { live } = open("alice");
    type("We left.");
    await pass();
    expect(commands(live)).toEqual([
      { type: "add-segment", draft_id: DRAFT, content: "We left." },
      { type: "pass-ring", draft_id: DRAFT, to_user_id: "bob" },
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(toast).not.toHaveBeenCalled();
    await settle(() => live.sent[0]?.accept());
    await settle(() => live.sent[1]?.accept());
    expect(toast).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "good" }));
  });

  it("says once, and where it was written, that nothing came of either", async () => {
    const { live } = open("alice");
    type("We left.");
    await pass();
    await settle(() => live.sent[0]?.refuse(notYours));
    await settle(() => live.sent[1]?.refuse(notYours));
    expect(area().value).toBe("We left.");
    expect(area().getAttribute("aria-invalid")).toBe("true");
    expect(toast).not.toHaveBeenCalled();
  });

  it("says that the ring stays, if only that was refused", async () => {
    const { live } = open("alice");
    type("We left.");
    await pass();
    await settle(() => live.sent[0]?.accept());
    await settle(() => live.sent[1]?.refuse(notYours));
    expect(toast).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ kind: "bad", title: text.draft.ring.failed }),
    );
  });
});
