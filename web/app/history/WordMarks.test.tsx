import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { WordMarks } from "./WordMarks.tsx";

const marked = (from: string, to: string) =>
  render(
    <p dir="auto">
      <WordMarks from={from} to={to} />
    </p>,
  ).container.firstElementChild as HTMLElement;

/** What decides the direction of `dir="auto"`: its text, but for what has a direction of its own (HTML, "dir"). */
function deciding(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const apart of copy.querySelectorAll("[dir], bdi")) apart.remove();
  return copy.textContent ?? "";
}

test("what was put in and taken out is marked, and said in words", () => {
  const text = marked("We left at dawn.", "We left at noon.");
  expect(text.querySelector("del")?.textContent).toBe("[taken out: dawn]");
  expect(text.querySelector("ins")?.textContent).toBe("[added: noon]");
});

test("the words of the page don't turn a Hebrew text around", () => {
  expect(deciding(marked("", "שלום, אמרה"))).toBe("שלום, אמרה");
  expect(deciding(marked("שלום", "לילה"))).toBe("שלוםלילה");
});

test("markup that somebody wrote stays text", () => {
  const text = marked("", "<img src=x onerror=alert(1)>");
  expect(text.querySelector("img")).toBeNull();
  expect(deciding(text)).toBe("<img src=x onerror=alert(1)>");
});
