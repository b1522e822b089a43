import { OneRing } from "@onering/client";
import { OneRingProvider } from "@onering/client/react";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { service } from "../testing/service.ts";
import { dismiss, toasts } from "../ui/toast.ts";
import { type Session, SessionContext } from "./session.ts";
import { TurnsProvider, useTurns } from "./Turns.tsx";
import { openDraft } from "./turns.ts";

const CREATED = "2026-11-26T01:00:00.000000Z";
const PASSED = "2026-11-26T02:00:00.000000Z";
const tokens = { userId: "alice", token: async () => "t", onChange: () => () => {} };
const client = new OneRing({ tokens });

let mine: object[];
const draft = (id: string, passed_at = PASSED) => ({
  draft_id: id,
  title: id,
  created_at: CREATED,
  ring_state: { current_holder_id: "alice", passed_at },
});
const told = () => toasts().map(({ body }) => body);
const look = () => fireEvent(window, new Event("focus"));
const Count = () => <p>{useTurns()?.drafts.length ?? 0} turns</p>;

beforeEach(() => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  for (const { id } of toasts()) dismiss(id);
  mine = [];
  service({ "GET /v1/collab/drafts": () => ({ data: mine, count: mine.length, next_cursor: null }) });
});

async function watch() {
  render(
    <OneRingProvider client={client}>
      <SessionContext value={{ userId: "alice" } as Session}>
        <TurnsProvider>
          <Count />
        </TurnsProvider>
      </SessionContext>
    </OneRingProvider>,
  );
  await screen.findByText(`${mine.length} turns`);
}

async function becomes(...drafts: object[]) {
  mine = drafts;
  look();
  await screen.findByText(`${mine.length} turns`);
}

test("what was my turn when the page came is no news, what comes later is, and the title counts it", async () => {
  mine = [draft("before")];
  await watch();
  expect(told()).toEqual([]);
  await becomes(draft("before"), draft("later"));
  await waitFor(() => expect(told()).toEqual(["later"]));
  await waitFor(() => expect(document.title).toMatch(/^\(1\) /));
});

test("a draft that I started is no news", async () => {
  await watch();
  await becomes(draft("started", CREATED));
  expect(told()).toEqual([]);
});

test("the page of an open draft tells its own turns", async () => {
  await watch();
  const close = openDraft("open");
  await becomes(draft("open"), draft("elsewhere"));
  await waitFor(() => expect(told()).toEqual(["elsewhere"]));
  act(close);
});
