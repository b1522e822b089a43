import { OneRing } from "@onering/client";
import { OneRingProvider, useDrafts } from "@onering/client/react";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { text } from "../strings.ts";
import { service } from "../testing/service.ts";
import { queryOf } from "./address.ts";
import { Found } from "./Found.tsx";
import { Search } from "./Search.tsx";

const client = new OneRing();

function Sought() {
  const [sought, setSought] = useState("");
  const listed = useDrafts(queryOf("all", sought));
  return (
    <>
      <Search sought={sought} onSeek={setSought} />
      <Found me="alice" listed={listed} filter="all" sought={sought} />
    </>
  );
}

const draft = (title: string) => ({
  draft_id: title,
  title,
  status: "active",
  visibility: "private",
  version: 1,
  segments: [],
  snippet: null,
  members: [{ user_id: "bob", display: "Bob", role: "owner" }],
  ring_state: { current_holder_id: "bob", passed_at: "2026-11-26T02:00:00.000000Z" },
  updated_at: "2026-11-26T02:00:00.000000Z",
});
const list = (...titles: string[]) => ({ data: titles.map(draft), count: titles.length, next_cursor: null });

/** A service that answers a search when the test says so. */
function searched() {
  const waiting = new Map<string, (answer: unknown) => void>();
  const { asked } = service({
    "GET /v1/collab/drafts": ({ query }) => {
      const sought = query.get("q");
      return sought === null ? list("Everything") : new Promise((settle) => waiting.set(sought, settle));
    },
  });
  const searches = () => asked.map(({ query }) => query.get("q")).filter((sought) => sought !== null);
  const answer = async (sought: string, ...titles: string[]) => act(async () => waiting.get(sought)?.(list(...titles)));
  render(
    <OneRingProvider client={client}>
      <Sought />
    </OneRingProvider>,
  );
  return { searches, answer };
}

const type = (words: string) => fireEvent.change(screen.getByRole("searchbox"), { target: { value: words } });

test("nothing is asked while somebody types, and the last words once they rest", async () => {
  const { searches } = searched();
  await screen.findByText("Everything");
  for (const words of ["r", "ra", "rai"]) type(words);
  await waitFor(() => expect(searches()).toEqual(["rai"]));
});

test("Enter asks at once", async () => {
  const { searches } = searched();
  await screen.findByText("Everything");
  vi.useFakeTimers();
  type("dawn");
  fireEvent.submit(screen.getByRole("searchbox"));
  vi.useRealTimers();
  await waitFor(() => expect(searches()).toEqual(["dawn"]));
});

test("an answer that comes after that to a later search is not shown", async () => {
  const { searches, answer } = searched();
  await screen.findByText("Everything");
  type("rain");
  await waitFor(() => expect(searches()).toEqual(["rain"]));
  type("snow");
  await waitFor(() => expect(searches()).toEqual(["rain", "snow"]));
  await answer("snow", "Snowed in");
  await screen.findByText("Snowed in");
  await answer("rain", "It rained");
  expect(screen.queryByText("It rained")).toBeNull();
  screen.getByText("Snowed in");
});

test("until the answer is there, what was shown before stays", async () => {
  const { searches, answer } = searched();
  await screen.findByText("Everything");
  type("rain");
  await waitFor(() => expect(searches()).toEqual(["rain"]));
  screen.getByText("Everything");
  await answer("rain");
  await screen.findByText(text.home.empty.search("rain"));
  expect(screen.queryByText("Everything")).toBeNull();
});
