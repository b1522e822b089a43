import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { text } from "../strings.ts";
import { service } from "../testing/service.ts";
import { showToAlice } from "../testing/speaking.tsx";
import { NewDraft } from "./NewDraft.tsx";

const words = text.home.create;
const title = () => screen.getByLabelText<HTMLInputElement>(words.name);
const enter = (control: HTMLElement, value: string) => fireEvent.change(control, { target: { value } });
const go = () => fireEvent.click(screen.getByRole("button", { name: words.go }));

async function open() {
  showToAlice(<NewDraft kind="primary" />);
  fireEvent.click(screen.getByRole("button", { name: text.home.newDraft }));
  await screen.findByRole("dialog", { name: words.title });
}

test("who is not signed in is told why they have to be", () => {
  const { askToSignIn } = showToAlice(<NewDraft kind="primary" />, { userId: null, way: "none" });
  fireEvent.click(screen.getByRole("button", { name: text.home.newDraft }));
  expect(askToSignIn).toHaveBeenCalledWith(text.home.newDraftWhy);
});

test("what the service would not take is said at its field, which has the focus, and nothing is sent", async () => {
  const { asked } = service({});
  await open();
  go();
  await screen.findByText(words.noTitle);
  expect(document.activeElement).toBe(title());
  enter(title(), "A walk");
  enter(screen.getByLabelText(words.beginning), "🌙".repeat(11));
  go();
  await screen.findByText(words.tooLong("10"));
  expect(document.activeElement).toBe(screen.getByLabelText(words.beginning));
  expect(asked).toEqual([]);
});

test("what is entered is what is created, and its page is next", async () => {
  const { asked } = service({
    "POST /v1/commands": () => ({ data: { draft_id: "d7", version: 1, position: "0.1" } }),
  });
  await open();
  enter(title(), "A walk");
  enter(screen.getByLabelText(words.beginning), "🌙".repeat(10));
  fireEvent.click(screen.getByLabelText(words.visibilities.public));
  go();
  await waitFor(() => expect(location.pathname).toBe("/drafts/d7"));
  expect(asked[0]?.body).toMatchObject({
    type: "create-draft",
    title: "A walk",
    visibility: "public",
    platform: null,
    initial_segment: "🌙".repeat(10),
  });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(localStorage.getItem("onering.visibility")).toBe("public");
});

test("who may read it is what was chosen last in this browser, at first what the service does", async () => {
  await open();
  expect(screen.getByLabelText<HTMLInputElement>(words.visibilities.private).checked).toBe(true);
});

test("what the service says no to is said at the field that it is about, and what was entered stays", async () => {
  service({
    "POST /v1/commands": () =>
      Response.json(
        {
          status: 422,
          detail: "title: is odd",
          error: { code: "validation_error", message: "", request_id: "r" },
          errors: [{ loc: ["title"], msg: "is odd" }],
        },
        { status: 422 },
      ),
  });
  await open();
  enter(title(), "A walk");
  go();
  await screen.findByText("Is odd.");
  expect(title().value).toBe("A walk");
  expect(document.activeElement).toBe(title());
});
