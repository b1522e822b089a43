/**
 * Writes `src/schema.ts`, the types of the REST API, from its OpenAPI document.
 *
 * Usage: npm run generate -- [DOCUMENT [OUTPUT]]
 *
 * DOCUMENT is a file, `-` for standard input, or where a service is (by default http://127.0.0.1:8000), which should run
 * in `local`, as `scripts/run` has it, so that it has every route. OUTPUT may be `-` for standard output.
 */
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";

const HEADER = "/** The REST API as types: made by `npm run generate` from /openapi.json, not by hand. */\n\n";

const [source = "http://127.0.0.1:8000", output = new URL("src/schema.ts", import.meta.url)] = process.argv.slice(2);
const types = await openapiTS(ofUse(JSON.parse(await document(source), withoutExamples)), {
  immutable: true,
  excludeDeprecated: true,
  // What has a default may be left out of a request.
  defaultNonNullable: false,
});
const generated = HEADER + astToString(types);
if (output === "-") process.stdout.write(generated);
else await writeFile(output, generated);

async function document(from) {
  if (from === "-") return text(process.stdin);
  if (!/^https?:/.test(from)) return readFile(from, "utf8");
  const response = await fetch(new URL("/openapi.json", from));
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
  return response.text();
}

/** /docs shows them; here they would be a fifth of the file. */
function withoutExamples(key, value) {
  return key === "example" || key === "examples" ? undefined : value;
}

/**
 * Leaves of each operation what it answers when it says yes, without headers: every refusal is the same problem
 * document. That is a third of the size.
 */
function ofUse(api) {
  const operations = Object.values(api.paths).flatMap((path) => Object.values(path));
  for (const operation of operations) {
    const { description, content } = operation.responses[200];
    operation.responses = { 200: { description, content: withStrings(content) } };
  }
  return { ...api, components: { schemas: api.components.schemas } };
}

/** Media types of text have no schema of their own: they are strings. */
function withStrings(content) {
  const named = Object.entries(content ?? {}).map(([type, kind]) => {
    const isText = /^text\/|\+xml\b/.test(type);
    return [type, isText ? { schema: { type: "string" } } : kind];
  });
  return Object.fromEntries(named);
}
