import { beforeEach, expect, test, vi } from "vitest";
import { askToNotify, isNotifying, notify, stopNotifying } from "./notifications.ts";

const shown = vi.fn();
let visibility: DocumentVisibilityState;

/** A browser whose person answers so when they are asked. */
function browser(answer: NotificationPermission) {
  const ask = vi.fn(async () => {
    FakeNotification.permission = answer;
    return answer;
  });
  class FakeNotification {
    static permission: NotificationPermission = "default";
    static requestPermission = ask;
    onclick: (() => void) | null = null;
    close = vi.fn();
    constructor(title: string, options: NotificationOptions) {
      shown(title, options, this);
    }
  }
  vi.stubGlobal("Notification", FakeNotification);
  return ask;
}

const tell = (onOpen = () => {}) => notify("It is your turn", "A walk", "d1@1", onOpen);

beforeEach(() => {
  shown.mockClear();
  visibility = "hidden";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});

test("nobody is asked or told before they want to be", () => {
  const ask = browser("granted");
  tell();
  expect(ask).not.toHaveBeenCalled();
  expect(shown).not.toHaveBeenCalled();
});

test("whoever wants it is told while they don't look, and not while they do", async () => {
  browser("granted");
  expect(await askToNotify()).toBe("notifying");
  tell();
  expect(shown).toHaveBeenCalledWith(
    "It is your turn",
    expect.objectContaining({ body: "A walk", tag: "d1@1" }),
    expect.anything(),
  );
  visibility = "visible";
  tell();
  expect(shown).toHaveBeenCalledOnce();
});

test("a press on it leads to the draft", async () => {
  browser("granted");
  await askToNotify();
  const onOpen = vi.fn();
  vi.spyOn(window, "focus").mockImplementation(() => {});
  tell(onOpen);
  shown.mock.calls[0]?.[2].onclick();
  expect(onOpen).toHaveBeenCalledOnce();
});

test("what the browser denies is not wanted, and a browser without them says so", async () => {
  browser("denied");
  expect(await askToNotify()).toBe("denied");
  expect(isNotifying()).toBe(false);
  vi.stubGlobal("Notification", undefined);
  expect(await askToNotify()).toBe("unsupported");
});

test("it ends when it is not wanted any more", async () => {
  browser("granted");
  await askToNotify();
  stopNotifying();
  expect(isNotifying()).toBe(false);
  tell();
  expect(shown).not.toHaveBeenCalled();
});
