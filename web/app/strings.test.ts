// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bySection, only } from "../sections.ts";
import { text } from "./strings.ts";

const strings = readFileSync(new URL("./strings.ts", import.meta.url), "utf8");

test.each(Object.keys(text))("the build finds the section %s of the words, and no other", (section) => {
  const module = only(section, strings);
  const lines = module.split("\n").slice(1, -2);
  expect(lines.every((line) => line.startsWith("    "))).toBe(true);
  expect(strings).toContain(`\n  ${section}: {\n${lines.join("\n")}\n  },\n`);
});

test("a section that is not there ends the build", () => {
  expect(() => only("nowhere", strings)).toThrow("nowhere");
});

test("a module of the page imports the sections that it says something of", () => {
  const module = `import { text } from "../strings.ts";\nsay(text.ui.close, run.text, text.page.home, text.ui.you);\n`;
  expect(bySection(module)).toBe(
    'import { ui as text_ui } from "../strings.ts?section=ui"; import { page as text_page } from "../strings.ts?section=page";\n' +
      "say(text_ui.close, run.text, text_page.home, text_ui.you);\n",
  );
});
