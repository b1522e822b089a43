/** What a text must be for the service to take it. */

import { length } from "../ui/format.ts";

/** Why a text is not taken: nothing in it, nothing but white space, too long, or a character nobody can see. */
export type Flaw = "empty" | "blank" | "long" | "control";

/** What is wrong with a text that may have `limit` code points; null: nothing. */
export function flawOf(text: string, limit: number): Flaw | null {
  if (text === "") return "empty";
  if (text.trim() === "") return "blank";
  if (length(text) > limit) return "long";
  return hasControls(text) ? "control" : null;
}

/** Whether there is a control character other than newline and tab, or half of a surrogate pair. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if ((unit < 0x20 && unit !== 0x09 && unit !== 0x0a) || (unit >= 0x7f && unit < 0xa0)) return true;
  }
  return /\p{Surrogate}/u.test(text);
}

/** What was refused, in front of what was typed since then: nothing that was written is lost. */
export function givenBack(refused: string, typed: string): string {
  return typed.trim() === "" ? refused : `${refused}\n\n${typed}`;
}
