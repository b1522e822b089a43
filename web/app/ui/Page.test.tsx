import { render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { text } from "../strings.ts";
import { Page } from "./Page.tsx";

let at = 0;
const go = () => history.pushState(null, "", `/page-${++at}`);
const scrolled = vi.spyOn(window, "scrollTo");

beforeEach(() => scrolled.mockClear());

test("the page names the document, with the service after it", () => {
  render(<Page title="A walk">text</Page>);
  expect(document.title).toBe(text.page.title("A walk", text.app.name));
});

test("after navigation the heading has the focus, and the page begins at its top", () => {
  go();
  render(<Page title="A walk">text</Page>);
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "A walk" }));
  expect(scrolled).toHaveBeenCalledWith(0, 0);
});

test("a page that waits for its heading gives it the focus when it comes, and once", () => {
  go();
  const { rerender } = render(
    <Page title="Opening" heading={null}>
      <p>Opening</p>
    </Page>,
  );
  const page = (
    <Page title="A walk" heading={<h1>A walk</h1>}>
      <input aria-label="Find" />
    </Page>
  );
  rerender(page);
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "A walk" }));
  screen.getByLabelText("Find").focus();
  rerender(page);
  expect(document.activeElement).toBe(screen.getByLabelText("Find"));
  expect(scrolled).toHaveBeenCalledOnce();
});

test("going back leaves the page where the browser puts it", () => {
  go();
  dispatchEvent(new PopStateEvent("popstate"));
  render(<Page title="A walk">text</Page>);
  expect(scrolled).not.toHaveBeenCalled();
});
