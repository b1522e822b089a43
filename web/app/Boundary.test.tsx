import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Boundary } from "./Boundary.tsx";
import { text } from "./strings.ts";

function Broken(): never {
  throw new Error("a fault of the page");
}

test("what breaks ends in words and a way out, and takes nothing beside it along", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  render(
    <>
      <p>The bar</p>
      <Boundary>
        <Broken />
      </Boundary>
    </>,
  );
  screen.getByText("The bar");
  screen.getByRole("heading", { name: text.page.broken });
  screen.getByRole("button", { name: text.page.reload });
  expect(screen.getByRole("link", { name: text.page.home }).getAttribute("href")).toBe("/");
  vi.restoreAllMocks();
});
