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
const bobs = { draft: draft({}, { current_holder_id: "bob" }) } satisfies Partial<DraftState>;
const notYours = new Refused({ status: 403, code: "ring_required", detail: "Only the ring holder may; bob holds it." });

const area = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: words.label });
const type = (value: string) => fireEvent.change(area(), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
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
    expect(localStorage.getItem(KEY)).toBe("We left.");
    type("It rai");
    expect(localStorage.getItem(KEY)).toBe("We left.\n\nIt rai");
    await settle(() => live.sent[0]?.accept());
    expect(localStorage.getItem(KEY)).toBe("It rai");
    type("");
    expect(localStorage.getItem(KEY)).toBeNull();
  });

  it("is not offered again, if it was accepted while the page was closed", () => {
    localStorage.setItem(KEY, "We left.\n\nIt rai");
    open("alice", { written: stored([segment(0, "alice", "We left.")]) });
    expect(area().value).toBe("It rai");
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
