/** A draft as the service keeps it: a log, and what each version of it looks like, made anew from the first event on. */

import type { Draft, DraftEvent, DraftEventOf, DraftQuery, Member, Outcome, Segment } from "../../src/model.ts";
import { Refused } from "../../src/refusals.ts";

export const ME = "me";
export const DRAFT = "00000000-0000-0000-0000-0000000d4af7";

type Type = DraftEvent["type"];
type Data<Of extends Type> = NonNullable<DraftEventOf<Of>["data"]>;

const BEGAN = Date.UTC(2026, 10, 26, 8, 0, 0);
const SNAPSHOT = 200;

/** One draft, of ME and anna, which ben and others may join. */
export class Model {
  epoch = 1;
  log: DraftEvent[] = [];
  /** The logs that there were, by epoch: a reader may still be at one that was restored since. */
  readonly #logs = new Map<string, DraftEvent[]>([["000000000001", this.log]]);
  readonly names: Record<string, string> = { [ME]: "Mia", anna: "Anna", ben: "Ben" };

  constructor() {
    this.append("draft_created", "anna", { creator_id: "anna", title: "A walk", visibility: "private" });
    this.append("collaborator_added", "anna", { user_id: ME, role: "contributor" });
  }

  get head(): number {
    return this.log.length;
  }

  get epochId(): string {
    return this.epoch.toString(16).padStart(12, "0");
  }

  append<Of extends Type>(type: Of, actor: string, data: Data<Of> | null, key: string | null = null): DraftEvent {
    const version = this.head + 1;
    const event = {
      type,
      draft_id: DRAFT,
      version,
      position: `0.${version + 100}`,
      event_id: `event-${this.epoch}-${version}`,
      command_id: `command-${this.epoch}-${version}`,
      // No two events are a whole number of hours apart, as it is in life.
      at: `${new Date(BEGAN + version * 61_000).toISOString().slice(0, -5)}.${String((version * 7919 + this.epoch) % 1_000_000).padStart(6, "0")}Z`,
      actor: { id: actor },
      idempotency_key: key,
      data,
    } as unknown as DraftEvent;
    this.log.push(event);
    return event;
  }

  /** Another log from now on, which ends earlier. */
  restore(version: number): void {
    this.log = this.log.slice(0, Math.max(2, version));
    this.epoch++;
    this.#logs.set(this.epochId, this.log);
  }

  /** The draft as it was at a version of one of its logs. */
  past(epochId: string, version: number): Draft {
    return draftOf((this.#logs.get(epochId) ?? []).slice(0, version), this.names);
  }

  holder(): string {
    return this.draft().ring_state.current_holder_id;
  }

  /** The segment that was written last and stands, if it was written by that person. */
  lastOf(person: string): Segment | undefined {
    return this.draft().segments.findLast((segment) => segment.author_user_id === person);
  }

  /** Does a command of ME once for each key. */
  command(
    command: { readonly type: string; readonly content?: string; readonly to_user_id?: string },
    key: string,
  ): Outcome {
    const done = this.log.find((event) => event.idempotency_key === key);
    if (done !== undefined) return outcomeOf(done);
    if (this.holder() !== ME) throw new Refused({ status: 403, code: "ring_required", detail: "It is not your turn." });
    if (command.type === "pass-ring") {
      const to = command.to_user_id ?? "anna";
      return outcomeOf(this.append("ring_passed", ME, { from_user_id: ME, to_user_id: to }, key));
    }
    const order = this.log.filter((event) => event.type === "segment_added").length;
    const segment = { segment_id: `segment-${this.epoch}-${order}`, author_id: ME, segment_order: order };
    return outcomeOf(this.append("segment_added", ME, { ...segment, content: command.content ?? "" }, key));
  }

  /** The draft as REST answers it, or as a snapshot shows it. */
  draft(query: DraftQuery & { readonly last?: number } = {}): Draft {
    const whole = draftOf(this.log, this.names);
    const count = this.log.filter((event) => event.type === "segment_added").length;
    const first = Math.max(query.segments_after ?? -1, query.last === undefined ? -1 : count - query.last - 1);
    const segments = whole.segments.filter((segment) => segment.segment_order > first);
    return { ...whole, segments: segments.slice(0, query.limit ?? segments.length) };
  }

  snapshot(): Draft {
    return this.draft({ last: SNAPSHOT });
  }
}

function outcomeOf(event: DraftEvent): Outcome {
  const { draft_id, version, position } = event;
  return { draft_id, version, position, events: [event], invite: null };
}

function draftOf(log: readonly DraftEvent[], names: Record<string, string>): Draft {
  let title = "";
  let limit = 24;
  let status: Draft["status"] = "active";
  const holders: string[] = [];
  let passed = "";
  let since = "";
  const members = new Map<string, Member>();
  const segments = new Map<number, Segment>();
  const member = (user_id: string, role: Member["role"], joined_at: string) =>
    members.set(user_id, { user_id, display: names[user_id] ?? user_id, role, joined_at });
  for (const event of log) {
    const { at, type } = event;
    if (type === "draft_created" && event.data) {
      title = event.data.title;
      holders.push(event.data.creator_id);
      passed = since = at;
      member(event.data.creator_id, "owner", at);
    } else if (type === "segment_added" && event.data) {
      const { segment_id, author_id, content, segment_order } = event.data;
      const holder = holders.at(-1) ?? "";
      since = at;
      segments.set(segment_order, {
        segment_id,
        draft_id: DRAFT,
        user_id: author_id,
        content,
        created_at: at,
        segment_order,
        author_user_id: author_id,
        author_display: names[author_id] ?? "",
        ring_holder_user_id_at_write: holder,
        ring_holder_display_at_write: names[holder] ?? "",
        idempotency_key: null,
      });
    } else if (type === "segment_amended" && event.data) {
      const before = segments.get(event.data.segment_order);
      if (before) segments.set(event.data.segment_order, { ...before, content: event.data.content });
    } else if (type === "segment_withdrawn" && event.data) segments.delete(event.data.segment_order);
    else if (type === "ring_passed" && event.data) {
      holders.push(event.data.to_user_id);
      passed = since = at;
    } else if (type === "collaborator_added" && event.data) {
      members.delete(event.data.user_id);
      member(event.data.user_id, event.data.role, at);
    } else if (type === "collaborator_removed" && event.data) members.delete(event.data.user_id);
    else if (type === "draft_renamed" && event.data) title = event.data.title;
    else if (type === "turn_limit_changed" && event.data) limit = event.data.turn_limit_hours;
    else if (type === "draft_completed") status = "completed";
    else if (type === "draft_reopened") status = "active";
  }
  const last = log.at(-1);
  const people = [...members.values()];
  return {
    draft_id: DRAFT,
    workspace_id: "00000000-0000-0000-0000-000000000001",
    creator_id: "anna",
    title,
    description: "",
    platform: null,
    status,
    visibility: "private",
    version: log.length,
    segments: [...segments.values()],
    ring_state: {
      draft_id: DRAFT,
      current_holder_id: holders.at(-1) ?? "",
      holders_history: holders,
      passed_at: passed,
      last_passed_at: passed,
      deadline_at: status === "completed" ? null : later(since, limit),
      idempotency_key: null,
    },
    collaborators: people.map(({ user_id }) => user_id).filter((id) => id !== "anna"),
    members: people,
    pending_invites: [],
    created_at: log[0]?.at ?? "",
    updated_at: last?.at ?? "",
    target_publish_at: null,
    metrics: null,
  };
}

/** So many hours later; the microseconds stay. */
function later(at: string, hours: number): string {
  const [seconds = "", fraction = ""] = at.split(".");
  return `${new Date(Date.parse(`${seconds}Z`) + hours * 3_600_000).toISOString().slice(0, -5)}.${fraction}`;
}
