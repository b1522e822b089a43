/** Each thing that happened in a sentence for a reader, with the names that people have now. */
import type { DraftEvent, DraftEventOf } from "@onering/client";
import { text } from "../strings.ts";
import { day, number } from "../ui/format.ts";

/** What somebody is called, by their user id. */
export type NameOf = (userId: string) => string;

export const KINDS = ["writing", "ring", "people", "draft"] as const;
export type Kind = (typeof KINDS)[number];

const say = text.history;

/** Text of people inside a sentence, so that its direction changes nothing around it (FSI … PDI, UAX #9). */
export const isolated = (written: string): string => `\u2068${written}\u2069`;

/** The event in words, without a full stop; all that people wrote or are called stands isolated in it. */
export function sentence(event: DraftEvent, nameOf: NameOf): string {
  const name = (userId: string) => isolated(nameOf(userId));
  const who = name(event.actor.id);
  if (event.data === null) return say.did.erased(who);
  switch (event.type) {
    case "draft_created":
      return say.did.started(who, isolated(event.data.title));
    case "segment_added":
      return say.did.wrote(who, order(event.data));
    case "segment_amended":
      return say.did.amended(who, order(event.data));
    case "segment_withdrawn":
      return say.did.withdrew(who, order(event.data));
    case "ring_passed":
      return passed(event, who, name);
    case "holder_nudged":
      return say.did.nudged(who, name(event.data.holder_id));
    case "collaborator_added":
      return joined(event, who, name);
    case "role_changed": {
      const made = event.data.role === "viewer" ? say.did.madeReader : say.did.madeWriter;
      return made(who, name(event.data.user_id));
    }
    case "collaborator_removed":
      return event.data.user_id === event.actor.id ? say.did.left(who) : say.did.tookOut(who, name(event.data.user_id));
    case "ownership_transferred":
      return say.did.handedOver(who, name(event.data.to_user_id));
    case "draft_renamed":
      return say.did.renamed(who, isolated(event.data.title));
    case "draft_described":
      return event.data.description === "" ? say.did.undescribed(who) : say.did.described(who);
    case "platform_changed":
      return event.data.platform === undefined
        ? say.did.meantForNone(who)
        : say.did.meant(who, say.platform[event.data.platform]);
    case "visibility_changed":
      return say.did.shown(who, say.visibility[event.data.visibility]);
    case "turn_limit_changed":
      return say.did.limited(who, hours(event.data.turn_limit_hours));
    case "publish_date_changed":
      return event.data.target_publish_at === undefined
        ? say.did.unplanned(who)
        : say.did.planned(who, day(event.data.target_publish_at));
    case "draft_locked":
      return say.did.locked(who);
    case "draft_unlocked":
      return say.did.unlocked(who);
    case "draft_completed":
      return say.did.finished(who);
    case "draft_reopened":
      return say.did.reopened(who);
    case "draft_archived":
      return say.did.putAway(who);
    default:
      return newer(event, who);
  }
}

/** A number of hours in words. */
export const hours = (count: number): string => say.hours(number(count), count === 1);

/** What an event is about: the text, whose turn it is, who takes part, or the draft as a whole. */
export function kindOf(type: DraftEvent["type"]): Kind {
  if (type.startsWith("segment_")) return "writing";
  if (type === "ring_passed" || type === "holder_nudged") return "ring";
  if (type.startsWith("collaborator_") || type === "role_changed" || type === "ownership_transferred") return "people";
  return "draft";
}

const order = ({ segment_order }: { segment_order: number }) => number(segment_order + 1);

function joined({ actor, data }: DraftEventOf<"collaborator_added">, who: string, name: NameOf): string {
  if (data === null) return say.did.erased(who);
  const role = say.asRole[data.role];
  return data.user_id === actor.id ? say.did.joined(who, role) : say.did.letIn(who, name(data.user_id), role);
}

function passed({ actor, data }: DraftEventOf<"ring_passed">, who: string, name: NameOf): string {
  if (data === null) return say.did.erased(who);
  const [from, to] = [name(data.from_user_id), name(data.to_user_id)];
  switch (data.reason) {
    case "reclaimed":
      return say.did.reclaimed(who, from);
    case "holder_demoted":
      return say.did.ringBackReads(from, to);
    case "holder_removed":
      return (data.from_user_id === actor.id ? say.did.ringBackLeft : say.did.ringBackRemoved)(from, to);
    default: {
      const did = data.to_user_id === actor.id ? say.did.kept(who) : say.did.passed(who, to);
      return data.strategy === undefined ? did : say.did.because(did, say.strategy[data.strategy]);
    }
  }
}

/** A type that a newer service has; here all that are known have their words, or this does not compile. */
function newer(_event: never, who: string): string {
  return say.did.unknown(who);
}
