import type { Plugin } from "vite";

const WHOLE = /\/strings\.ts$/;
const SECTION = /\/strings\.ts\?section=(\w+)$/;
const IMPORT = /^import \{ text \} from "([^"]*\/strings\.ts)";$/m;
const USE = /(?<![\w.])text\.(\w+)/g;

/** Gives each section of strings.ts a module of its own, so that a page loads the words that it can say and no others. */
export function sections(): Plugin {
  return {
    name: "sections",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      const section = SECTION.exec(id)?.[1];
      if (section !== undefined) return { code: only(section, code), map: null };
      return WHOLE.test(id) || !IMPORT.test(code) ? null : { code: bySection(code), map: null };
    },
  };
}

/** What is left of strings.ts with one section, under its own name. */
export function only(section: string, strings: string): string {
  const found = new RegExp(`^  ${section}: (\\{$.*?^  \\}),$`, "ms").exec(strings)?.[1];
  if (found === undefined) throw new Error(`strings.ts has no section ${section}`);
  return `export const ${section} = ${found} as const;\n`;
}

/** A module that imports the sections that it says something of, and not all words. */
export function bySection(code: string): string {
  const used = new Set([...code.matchAll(USE)].map(([, section]) => section));
  const imports = (_: string, from: string) =>
    [...used].map((section) => `import { ${section} as text_${section} } from "${from}?section=${section}";`).join(" ");
  return code.replace(IMPORT, imports).replaceAll(USE, "text_$1");
}
