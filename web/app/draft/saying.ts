/** What happened to the text, in sentences for those who don't see it happen. */

import type { DraftEvent } from "@onering/client";
import { text } from "../strings.ts";
import { called, type Names } from "./names.ts";

/** One sentence for the events of others that came together; empty if none of them needs one. */
export function sayingOf(events: readonly DraftEvent[], me: string | null, names: Names): string {
  const others = events.filter((event) => event.actor.id !== me);
  const added = others.filter((event) => event.type === "segment_added");
  const last = others.findLast((event) => event.type !== "segment_added" && sentence(event, me, names) !== "");
  return [addedBy(added, names), last === undefined ? "" : sentence(last, me, names)].filter(Boolean).join(". ");
}

function addedBy(added: readonly DraftEvent[], names: Names): string {
  const authors = new Set(added.map((event) => event.actor.id));
  const [author] = authors;
  if (author === undefined) return "";
  if (authors.size > 1) return text.draft.said.severalAdded(added.length);
  return text.draft.said.added(called(names, author, author), added.length);
}

function sentence(event: DraftEvent, me: string | null, names: Names): string {
  const actor = called(names, event.actor.id, event.actor.id);
  switch (event.type) {
    case "segment_amended":
      return text.draft.said.changed(actor);
    case "segment_withdrawn":
      return text.draft.said.withdrawn(actor);
    case "ring_passed": {
      const to = event.data?.to_user_id;
      // That it came to me is told by a message of the whole page.
      return to === undefined || to === me ? "" : text.draft.said.turn(called(names, to, to));
    }
    default:
      return "";
  }
}
