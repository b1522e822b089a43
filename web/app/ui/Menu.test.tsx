import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { Menu } from "./Menu.tsx";

const rename = vi.fn();
const leave = vi.fn();
const opener = () => screen.getByRole("button", { name: "More" });
const focused = () => document.activeElement?.textContent;
const press = (key: string) => fireEvent.keyDown(document.activeElement as Element, { key });

beforeEach(() => {
  vi.clearAllMocks();
  const items = [
    { label: "Rename", onSelect: rename },
    "separator" as const,
    { label: "Lock", onSelect: () => {}, disabled: true },
    { label: "Leave", onSelect: leave, danger: true },
  ];
  render(<Menu label="More" items={items} />);
  opener().focus();
});

test("a press opens it at its first item, the arrow up at its last", () => {
  fireEvent.click(opener());
  expect(focused()).toBe("Rename");
  press("Escape");
  press("ArrowUp");
  expect(focused()).toBe("Leave");
});

test("the arrows go round, Home and End go to the ends, a letter goes to what begins with it", () => {
  press("ArrowDown");
  press("ArrowUp");
  expect(focused()).toBe("Leave");
  press("ArrowDown");
  expect(focused()).toBe("Rename");
  press("End");
  expect(focused()).toBe("Leave");
  press("Home");
  press("l");
  expect(focused()).toBe("Lock");
  press("l");
  expect(focused()).toBe("Leave");
});

test("Escape closes it and gives the focus back, Tab lets it go on", () => {
  press("ArrowDown");
  press("Escape");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(opener());
  expect(opener().getAttribute("aria-expanded")).toBe("false");
  press("ArrowDown");
  press("Tab");
  expect(screen.queryByRole("menu")).toBeNull();
});

test("an item closes the menu before it does anything, so that a dialog gives the focus back to the button", () => {
  leave.mockImplementation(() => expect(document.activeElement).toBe(opener()));
  fireEvent.click(opener());
  fireEvent.click(screen.getByRole("menuitem", { name: "Leave" }));
  expect(leave).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
});

test("what is not possible now does nothing, and stays where one can read it", () => {
  fireEvent.click(opener());
  const lock = screen.getByRole("menuitem", { name: "Lock" });
  expect(lock.getAttribute("aria-disabled")).toBe("true");
  fireEvent.click(lock);
  expect(screen.queryByRole("menu")).not.toBeNull();
});

test("a press elsewhere closes it", () => {
  fireEvent.click(opener());
  fireEvent.pointerDown(document.body);
  expect(screen.queryByRole("menu")).toBeNull();
});

test("it opens to where it is seen whole", () => {
  const place = vi.spyOn(Element.prototype, "getBoundingClientRect");
  place.mockReturnValue(new DOMRect(-40, window.innerHeight - 100, 200, 300));
  fireEvent.click(opener());
  const { dataset } = screen.getByRole("menu");
  expect([dataset.turned, dataset.upwards]).toEqual(["", ""]);
  place.mockRestore();
});
