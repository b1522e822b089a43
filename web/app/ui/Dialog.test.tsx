import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { text } from "../strings.ts";
import { Dialog } from "./Dialog.tsx";

function Opened({ entry = true }: { entry?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        open
      </button>
      <Dialog open={open} title="A new draft" onClose={() => setOpen(false)}>
        {entry ? <input aria-label="Title" /> : <p>Nothing to enter</p>}
      </Dialog>
    </>
  );
}

function open(entry = true) {
  render(<Opened entry={entry} />);
  const opener = screen.getByRole("button", { name: "open" });
  opener.focus();
  fireEvent.click(opener);
  return { opener, dialog: screen.getByRole("dialog", { name: "A new draft" }) };
}

test("a dialog begins where there is something to enter, or with what closes it", () => {
  open();
  expect(document.activeElement).toBe(screen.getByLabelText("Title"));
});

test("without anything to enter the browser's choice has the focus", () => {
  open(false);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: text.ui.close }));
});

test("Escape closes it, and what opened it has the focus again", () => {
  const { opener, dialog } = open();
  const cancel = createEvent("cancel", dialog, { cancelable: true });
  fireEvent(dialog, cancel);
  expect(cancel.defaultPrevented).toBe(true);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(opener);
});

test("a press beside it closes it, a press in it does not", () => {
  const { opener, dialog } = open();
  fireEvent.mouseDown(screen.getByLabelText("Title"));
  expect(screen.queryByRole("dialog")).not.toBeNull();
  fireEvent.mouseDown(dialog);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(opener);
});
