/** Why something did not work, in a sentence for whoever asked for it. */

import { sentenceOf } from "../ui/problems.ts";
import { withNames } from "./names.ts";

/** What the page says of an error, with the people in it called by their names. */
export function reasonOf(error: unknown, names: Readonly<Record<string, string>>): string {
  return withNames(sentenceOf(error instanceof Error ? error : new Error(String(error))), names);
}
