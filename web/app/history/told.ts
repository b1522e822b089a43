/** Which of the events that are known a reader asked to see, a stretch of them. */
import type { DraftEvent } from "@onering/client";
import { type Kind, kindOf } from "./sentences.ts";

export interface Asked {
  readonly order: "newest" | "oldest";
  readonly kind: Kind | "all";
  /** A user id; null for anybody. */
  readonly person: string | null;
}

export interface Told {
  readonly events: readonly DraftEvent[];
  /** Whether there may be more of them. */
  readonly more: boolean;
  /** A version that has to be read before there can be more; null if what is known is enough. */
  readonly missing: number | null;
}

/** The first `limit` events that were asked for, from the end of `head` versions where one begins to read. */
export function told(known: ReadonlyMap<number, DraftEvent>, head: number, asked: Asked, limit: number): Told {
  const events: DraftEvent[] = [];
  for (let step = 0; step < head; step++) {
    const version = asked.order === "newest" ? head - step : step + 1;
    const event = known.get(version);
    if (event === undefined) return { events, more: true, missing: version };
    if (!isAsked(event, asked)) continue;
    if (events.length === limit) return { events, more: true, missing: null };
    events.push(event);
  }
  return { events, more: false, missing: null };
}

function isAsked(event: DraftEvent, { kind, person }: Asked): boolean {
  return (kind === "all" || kindOf(event.type) === kind) && (person === null || event.actor.id === person);
}
