import { OneRing } from "@onering/client";
import { OneRingProvider } from "@onering/client/react";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { SigningKey, shown, TestLog } from "../../client/tests/proofs/log.ts";
import { json, problem } from "../../client/tests/rest/service.ts";
import { type Session, SessionContext } from "../session/session.ts";
import { VerifyButton } from "./VerifyButton.tsx";

const KEY = new SigningKey(1);
const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
const text = (body: string) => new Response(body, { headers: { "Content-Type": "text/plain; charset=utf-8" } });

/** A service of a log; `refusals` are what it answers instead of a proof, one after the other. */
function serviceOf(log: { current: TestLog }, refusals: Response[] = []): typeof fetch {
  return async (input) => {
    const { pathname, searchParams } = new URL((input as Request).url);
    if (pathname.endsWith("/proof"))
      return refusals.shift() ?? text(log.current.proof(Number(pathname.split("/").at(-2))));
    if (pathname === "/v1/log/keys") return text(`${KEY.verifier.text}\n`);
    if (pathname === "/v1/log/consistency") return problem(404, "not_found");
    const event = log.current.events[Number(searchParams.get("after"))];
    return json({ data: event === undefined ? [] : [shown(event)], count: 1, next_cursor: null });
  };
}

function opened(fetch: typeof globalThis.fetch, session: Partial<Session> = {}, version = 2) {
  const client = new OneRing({ fetch, patience: 0 });
  const base = { client, userId: "alice", config: { proofs: { origin: "ring.test/log" } } };
  const asking = vi.fn();
  const value = { ...base, askToSignIn: asking, ...session } as unknown as Session;
  render(
    <SessionContext value={value}>
      <OneRingProvider client={client}>
        <VerifyButton draftId={DRAFT} version={version} />
      </OneRingProvider>
    </SessionContext>,
  );
  const button = screen.queryByRole("button", { name: "Verify" });
  if (button !== null) fireEvent.click(button);
  return { button, asking };
}

const heading = (name: string) => screen.findByRole("heading", { name });

describe("verifying an event", () => {
  test("says in plain words that nothing was changed, and shows what was compared", async () => {
    const log = { current: new TestLog([KEY], ["A", "B", "C"]) };
    opened(serviceOf(log));
    await heading("Nothing about it was changed");
    expect(screen.getByText("This is entry 2 of the 3 that the log had when it was signed last.")).toBeTruthy();
    expect(screen.getByText(/for the first time/)).toBeTruthy();
    const details = screen.getByText("What was compared").closest("details");
    expect(details?.textContent).toContain(log.current.events[1]?.leaf);
    expect(details?.textContent).toContain(KEY.verifier.text);
  });

  test("gives the proof as a file to keep, under its own name", async () => {
    const log = { current: new TestLog([KEY], ["A", "B"]) };
    opened(serviceOf(log));
    const kept: { name: string; file: Blob }[] = [];
    let made: Blob | null = null;
    URL.createObjectURL = (file) => {
      made = file as Blob;
      return "blob:proof";
    };
    URL.revokeObjectURL = () => {};
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      if (made !== null) kept.push({ name: this.download, file: made });
    });
    fireEvent.click(await screen.findByRole("button", { name: "Save the proof" }));
    click.mockRestore();
    expect(kept.map(({ name }) => name)).toEqual([`${DRAFT}.2.tlog-proof`]);
    expect(kept[0]?.file.size).toBe(new Blob([log.current.proof(2)]).size);
  });

  test("is loud about a log that lost its end, and trusts it again only when somebody says so", async () => {
    const log = { current: new TestLog([KEY], ["A", "B", "C"]) };
    opened(serviceOf(log));
    await heading("Nothing about it was changed");
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    log.current = new TestLog([KEY], ["A", "B"]);
    fireEvent.click(screen.getByRole("button", { name: "Verify" }));
    await heading("The log lost its end");
    expect(screen.getByText(/this browser saw 3 of them/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Trust it from now on" }));
    await heading("Nothing about it was changed");
  });

  test("is loud about what is not what was signed, and offers no way to trust it", async () => {
    const log = { current: new TestLog([KEY], ["A", "B"]) };
    const proof = log.current.proof(2).replace("index 1", "index 0");
    opened(serviceOf(log, [text(proof)]));
    await heading("This is not what was signed");
    expect(screen.getByRole("button", { name: "Save the proof" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Trust it from now on" })).toBeNull();
  });

  test("of what is not signed yet can be tried again", async () => {
    const log = { current: new TestLog([KEY], ["A", "B"]) };
    opened(serviceOf(log, [problem(503, "unavailable")]));
    await heading("It is not signed yet");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await heading("Nothing about it was changed");
  });

  test.each([
    [403, "forbidden", "Proofs are for the people of the draft"],
    [401, "unauthorized", "Sign in to verify it"],
    [404, "not_found", "There is no proof of this"],
  ])("says who may, when the service says %i", async (status, code, words) => {
    opened(serviceOf({ current: new TestLog([KEY], ["A"]) }, [problem(status, code)]));
    await heading(words);
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  test("can be tried again when nobody answers", async () => {
    opened(async () => {
      throw new TypeError("fetch failed");
    });
    expect(await screen.findByRole("button", { name: "Try again" })).toBeTruthy();
  });

  test("is for whoever is signed in", () => {
    const { asking } = opened(serviceOf({ current: new TestLog([KEY], ["A"]) }), { userId: null });
    expect(asking).toHaveBeenCalledExactlyOnceWith("verify what was written");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("is not offered where nobody signs the log", () => {
    const config = { proofs: null } as Session["config"];
    expect(opened(serviceOf({ current: new TestLog([KEY], ["A"]) }), { config }).button).toBeNull();
  });
});
