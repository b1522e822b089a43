import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { text } from "../strings.ts";
import { Toasts } from "./Toasts.tsx";
import { dismiss, toast, toasts } from "./toast.ts";

const LONG_MS = 60_000;
const later = (milliseconds: number) => act(() => void vi.advanceTimersByTime(milliseconds));
const shown = () => toasts().map(({ title }) => title);

beforeEach(() => {
  vi.useFakeTimers();
  render(<Toasts />);
});
afterEach(() => {
  act(() => {
    for (const { id } of toasts()) dismiss(id);
  });
});

test("a message comes into a region that is announced politely, and goes by itself", () => {
  act(() => void toast({ title: "Saved" }));
  expect(screen.getByText("Saved").closest("[aria-live=polite]")).not.toBeNull();
  later(LONG_MS);
  expect(shown()).toEqual([]);
});

test("what went wrong stays until it is dismissed", () => {
  act(() => void toast({ title: "Not saved", kind: "bad" }));
  later(LONG_MS);
  fireEvent.click(screen.getByRole("button", { name: text.ui.dismiss }));
  expect(shown()).toEqual([]);
});

test("nothing goes while the pointer is there, and the rest of its time is left afterwards", () => {
  act(() => void toast({ title: "Saved" }));
  const region = screen.getByRole("region", { name: text.ui.messages });
  fireEvent.pointerEnter(region);
  later(LONG_MS);
  expect(shown()).toEqual(["Saved"]);
  fireEvent.pointerLeave(region);
  later(LONG_MS);
  expect(shown()).toEqual([]);
});

test("nothing goes while the focus is there, and Escape dismisses that one alone", () => {
  act(() => void toast({ title: "First" }));
  act(() => void toast({ title: "Second" }));
  const close = screen.getAllByRole("button", { name: text.ui.dismiss })[0];
  act(() => close?.focus());
  later(LONG_MS);
  expect(shown()).toEqual(["First", "Second"]);
  fireEvent.keyDown(close as Element, { key: "Escape" });
  expect(shown()).toEqual(["Second"]);
  later(LONG_MS);
  expect(shown()).toEqual([]);
});

test("its action is done once, and the message has done its duty", () => {
  const onSelect = vi.fn();
  act(() => void toast({ title: "It is your turn", kind: "turn", action: { label: "Open", onSelect } }));
  fireEvent.click(screen.getByRole("button", { name: "Open" }));
  expect(onSelect).toHaveBeenCalledOnce();
  expect(shown()).toEqual([]);
});

test("the same message twice is one, and of many the newest are shown", () => {
  act(() => {
    for (const title of ["1", "2", "2", "3", "4", "5"]) toast({ title, kind: "bad" });
  });
  expect(shown()).toEqual(["2", "3", "4", "5"]);
});
