import type { DraftState } from "@onering/client";
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { DRAFT, draftOf, FakeService, json, segment, show, stateOf } from "./given.tsx";
import type { MemberRowProps } from "./MemberRow.tsx";
import PeoplePanel from "./PeoplePanel.tsx";

const drawn = vi.hoisted(() => vi.fn());
vi.mock("./MemberRow.tsx", () => ({
  MemberRow: ({ facts: { member, holds } }: MemberRowProps) => {
    drawn(member.user_id);
    return <li>{`${member.display}${holds ? " holds the ring" : ""}`}</li>;
  },
}));
let state: DraftState;
vi.mock("@onering/client/react", async (original) => ({
  ...(await original<typeof import("@onering/client/react")>()),
  useDraft: () => ({ ...state, onEvent: () => () => {} }),
}));
afterEach(cleanup);

test("what happens in a draft draws again only the people whom it is about", async () => {
  const before = draftOf();
  state = stateOf(before);
  const none = () => json({ data: [], next_cursor: null });
  const service = new FakeService().on(`GET /v1/collab/drafts/${DRAFT}/invites`, none);
  const { again } = show(<PeoplePanel draftId={DRAFT} />, { me: "alice", service });
  await screen.findByText("Bob holds the ring");
  drawn.mockClear();

  const written = { ...before, version: 8, segments: [...before.segments, segment("alice", 1)] };
  state = stateOf(written);
  again(<PeoplePanel draftId={DRAFT} />);
  expect(drawn).not.toHaveBeenCalled();

  state = stateOf({ ...written, version: 9, ring_state: { ...written.ring_state, current_holder_id: "alice" } });
  again(<PeoplePanel draftId={DRAFT} />);
  await screen.findByText("Alice holds the ring");
  expect(new Set(drawn.mock.calls.flat())).toEqual(new Set(["alice", "bob"]));
});
