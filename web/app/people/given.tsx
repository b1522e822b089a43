/** What the tests of people and invitations begin with: a draft, a person who looks at it, and a service that answers. */

import {
  type Draft,
  type DraftState,
  type Me,
  type Member,
  OneRing,
  type Segment,
  type TokenSource,
} from "@onering/client";
import { OneRingProvider } from "@onering/client/react";
import { configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { type Session, SessionContext } from "../session/session.ts";

// Conditions are waited for; how fast the machine is, is no condition.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

export const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
export const INVITE = "b1f0a7c2-94d3-5c5e-8f0a-5d8f6a2c3b44";
const MORNING = "2026-11-25T06:00:00.000000Z";

export function member(userId: string, role: Member["role"] = "contributor"): Member {
  return { user_id: userId, display: userId[0]?.toUpperCase() + userId.slice(1), role, joined_at: MORNING };
}

export function segment(author: string, order = 0, created_at = MORNING): Segment {
  return {
    segment_id: `00000000-0000-0000-0000-00000000000${order}`,
    draft_id: DRAFT,
    user_id: author,
    content: "We left at dawn.",
    created_at,
    segment_order: order,
    author_user_id: author,
    author_display: author,
    ring_holder_user_id_at_write: author,
    ring_holder_display_at_write: author,
    idempotency_key: null,
  };
}

/** Alice's draft with Bob, who writes, and Vera, who reads; Bob holds the ring. */
export function draftOf(other: Partial<Draft> = {}): Draft {
  const members = other.members ?? [member("vera", "viewer"), member("bob"), member("alice", "owner")];
  return {
    draft_id: DRAFT,
    workspace_id: "00000000-0000-0000-0000-000000000000",
    creator_id: "alice",
    title: "A walk",
    description: "",
    platform: null,
    status: "active",
    visibility: "private",
    version: 7,
    segments: [segment("alice")],
    ring_state: {
      draft_id: DRAFT,
      current_holder_id: "bob",
      holders_history: ["alice", "bob"],
      passed_at: MORNING,
      last_passed_at: MORNING,
      deadline_at: "2026-11-26T06:00:00.000000Z",
      idempotency_key: null,
    },
    collaborators: ["bob", "vera"],
    members,
    pending_invites: [],
    created_at: MORNING,
    updated_at: MORNING,
    target_publish_at: null,
    metrics: null,
    ...other,
  };
}

export function stateOf(draft: Draft, other: Partial<DraftState> = {}): DraftState {
  return {
    draft,
    version: draft.version,
    epoch: "1",
    standing: "live",
    written: draft.segments.map((one) => ({ segment: one, state: "stored" })),
    older: "none",
    sending: 0,
    refused: [],
    presence: { people: ["alice", "bob"], count: 2, anonymous: 0, complete: true },
    typing: null,
    end: null,
    names: {},
    ...other,
  };
}

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Answers by method and path; what it has no answer for is a fault of the test. */
export class FakeService {
  readonly heard: Heard[] = [];
  readonly #answers = new Map<string, () => Response>();

  on(route: string, answer: () => Response): this {
    this.#answers.set(route, answer);
    return this;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname;
    const said = await request.text();
    this.heard.push({ method: request.method, path, body: said && JSON.parse(said), headers: request.headers });
    const answer = this.#answers.get(`${request.method} ${path}`);
    if (answer === undefined) throw new Error(`nobody expected ${request.method} ${path}`);
    return answer();
  };

  /** The bodies of the commands that were sent. */
  get commands(): unknown[] {
    return this.heard.filter(({ path }) => path === "/v1/commands").map(({ body }) => body);
  }
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

export function problem(status: number, code: string, detail: string, errors?: object[]): Response {
  return json(
    {
      type: "/",
      title: code,
      status,
      detail,
      instance: "r",
      errors,
      error: { code, message: detail, request_id: "r" },
    },
    status,
  );
}

/** What any command comes to. */
export const done = () => json({ data: { draft_id: DRAFT, version: 8, position: "0.9", events: [], invite: null } });

interface Audience {
  me: string | null;
  way?: Session["way"];
  service: FakeService;
}

/** Show something to a person, or to nobody (null). */
export function show(what: ReactNode, { me, way = "clerk", service }: Audience) {
  fakeDialogs();
  const client = new OneRing({ tokens: tokensOf(me), fetch: service.fetch, patience: 0 });
  const asked: string[] = [];
  const session = {
    client,
    userId: me,
    way: me === null ? "none" : way,
    me: me === null ? null : ({ display_name: null, handle: me } as Me),
    askToSignIn: (why: string) => asked.push(why),
    signOut: () => Promise.resolve(),
  } as unknown as Session;
  const within = (children: ReactNode) => (
    <OneRingProvider client={client}>
      <SessionContext value={session}>{children}</SessionContext>
    </OneRingProvider>
  );
  const shown = render(within(what));
  return { asked, again: (other: ReactNode) => shown.rerender(within(other)) };
}

function tokensOf(userId: string | null): TokenSource {
  return {
    userId,
    token: () => Promise.resolve(userId === null ? null : `token of ${userId}`),
    onChange: () => () => {},
  };
}

/** jsdom draws no modal dialogs; whether they are modal is seen in a browser. */
function fakeDialogs() {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
}
