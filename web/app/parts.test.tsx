import { act, fireEvent, render, renderHook, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { NotLoadedDialog, NotLoadedPage } from "./NotLoaded.tsx";
import { part, usePartsAhead } from "./parts.tsx";
import { text } from "./strings.ts";

const Letter = ({ to }: { to: string }) => <p>Dear {to}</p>;

/** A network that answers when the test says so. */
function network() {
  const asked: { come: () => Promise<void>; fail: () => Promise<void> }[] = [];
  const load = () =>
    new Promise<{ default: typeof Letter }>((come, fail) => {
      asked.push({
        come: () => act(async () => come({ default: Letter })),
        fail: () => act(async () => fail(new TypeError("Failed to fetch dynamically imported module"))),
      });
    });
  return { asked, load };
}

test("a part is loaded when it is shown first, and something else stands there until it has come", async () => {
  const { asked, load } = network();
  const Part = part(load, { waiting: <p>Coming</p> });
  expect(asked).toHaveLength(0);
  const { rerender } = render(<Part to="Ann" />);
  screen.getByText("Coming");
  await asked[0]?.come();
  screen.getByText("Dear Ann");
  rerender(<Part to="Bob" />);
  screen.getByText("Dear Bob");
});

test("shown anew, it is there at once, and is not asked for again", async () => {
  const { asked, load } = network();
  const Part = part(load);
  const { unmount } = render(<Part to="Ann" />);
  await asked[0]?.come();
  unmount();
  render(<Part to="Ann" />);
  screen.getByText("Dear Ann");
  expect(asked).toHaveLength(1);
});

test("what can't be had says so, and offers the page as a whole", async () => {
  const { asked, load } = network();
  const Part = part(load);
  render(<Part to="Ann" />);
  await asked[0]?.fail();
  screen.getByText(text.notLoaded.title);
  screen.getByRole("button", { name: text.notLoaded.reload });
  fireEvent(window, new Event("online"));
  screen.getByText(text.notLoaded.title);
});

test("without the network it is not asked for, since it would be lost to the page, and comes when that is back", async () => {
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const { asked, load } = network();
  const Part = part(load);
  render(<Part to="Ann" />);
  await screen.findByText(text.notLoaded.offline);
  expect(screen.queryByRole("button")).toBeNull();
  expect(asked).toHaveLength(0);
  online.mockReturnValue(true);
  fireEvent(window, new Event("online"));
  await asked[0]?.come();
  screen.getByText("Dear Ann");
});

test("a dialog that can't be had is a dialog that says so, and closes", async () => {
  const { asked, load } = network();
  const Part = part<{ to: string; onClose: () => void }>(load, { missing: NotLoadedDialog });
  const closed = vi.fn();
  render(<Part to="Ann" onClose={closed} />);
  await asked[0]?.fail();
  screen.getByRole("dialog", { name: text.notLoaded.title });
  fireEvent.click(screen.getByRole("button", { name: text.ui.close }));
  expect(closed).toHaveBeenCalled();
});

test("a page that can't be had is a page that says so", async () => {
  const { asked, load } = network();
  const Part = part(load, { missing: NotLoadedPage });
  render(<Part to="Ann" />);
  await asked[0]?.fail();
  screen.getByRole("heading", { level: 1, name: text.notLoaded.title });
});

test("once the page is ready, parts come by themselves, one that fails holds up none, and later it is tried again", async () => {
  vi.useFakeTimers();
  const [one, other] = [network(), network()];
  part(one.load);
  const Other = part(other.load);
  const { rerender: become } = renderHook(usePartsAhead, { initialProps: false });
  const idle = () => act(async () => void (await vi.runAllTimersAsync()));
  await idle();
  expect(one.asked).toHaveLength(0);
  become(true);
  await idle();
  await one.asked[0]?.fail();
  await other.asked[0]?.come();
  render(<Other to="Ann" />);
  screen.getByText("Dear Ann");
  become(false);
  become(true);
  await idle();
  expect(one.asked).toHaveLength(2);
  expect(other.asked).toHaveLength(1);
});

test("a style sheet that failed is taken away, so that it can be asked for again", () => {
  const link = document.head.appendChild(document.createElement("link"));
  link.rel = "stylesheet";
  link.dispatchEvent(new Event("error"));
  expect(link.isConnected).toBe(false);
});
