/** Whether a proved entry is the event that is shown. */

import type { DraftEvent } from "../model.ts";
import type { LoggedEvent } from "./record.ts";
import { ensure } from "./wrong.ts";

/** Throws NotProved unless it is. What was erased of either can't be compared, and is not. */
export function checkShown(proved: LoggedEvent, shown: DraftEvent): void {
  const same: Readonly<Record<string, boolean>> = {
    "its draft": proved.stream_type === "draft" && proved.stream_id === shown.draft_id,
    "its version": proved.version === shown.version,
    "its place in the log": `${proved.lane}.${proved.position}` === shown.position,
    "its name": proved.event_id === shown.event_id,
    "its command": proved.command_id === shown.command_id,
    "what happened": proved.type === shown.type,
    "its time": proved.recorded_at === shown.at,
    "who did it": isOf(proved.subject, shown.actor.id),
    "what it says": says(proved, shown),
  };
  for (const [what, is] of Object.entries(same)) {
    ensure(is, "other-event", `${what} is not as it is shown`);
  }
}

/** People of issuers that are not at home here are called by an alias of the issuer, a bar, and the subject. */
function isOf(subject: string, userId: string): boolean {
  return userId === subject || userId.endsWith(`|${subject}`);
}

function says({ payload }: LoggedEvent, { data, idempotency_key }: DraftEvent): boolean {
  if (payload === null || data === null) return payload === null && data === null;
  return isEqual(JSON.parse(payload), { idempotency_key, data });
}

function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key as never], other[key as never]))
  );
}
