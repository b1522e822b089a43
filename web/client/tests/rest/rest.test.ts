// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import {
  clerkTokens,
  nobody,
  OneRing,
  type OneRingOptions,
  Refused,
  type TokenSource,
  Unreachable,
} from "../../src/index.ts";
import { json, noNetwork, problem, Script, silence } from "./service.ts";
import { StoppedClock, settled } from "./time.ts";
import { jwt, TestClerk } from "./tokens.ts";

const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
const OUTCOME = { draft_id: DRAFT, version: 2, position: "0.2", events: [], invite: null };
const WRITE = { type: "add-segment", draft_id: DRAFT, content: "It rained." } as const;

function ring(script: Script, options: OneRingOptions = {}) {
  const clock = new StoppedClock();
  const client = new OneRing({
    baseUrl: "http://ring.test",
    fetch: script.fetch,
    clock,
    random: () => 0.5,
    ...options,
  });
  return { client, clock };
}

/** A person with those tokens, one after the other; each is known until a fresh one is asked for. */
function person(...tokens: string[]): TokenSource {
  return {
    userId: "alice",
    token: async ({ fresh = false } = {}) => {
      if (fresh) tokens.shift();
      return tokens[0] ?? null;
    },
    onChange: () => () => {},
  };
}

async function refusal(promise: Promise<unknown>): Promise<Refused> {
  const fault = await promise.then(
    () => null,
    (fault: unknown) => fault,
  );
  expect(fault).toBeInstanceOf(Refused);
  return fault as Refused;
}

describe("a read", () => {
  it("gives the body of the answer, and puts path and query where they belong", async () => {
    const script = new Script(json({ data: { title: "A walk" } }));
    const { client } = ring(script);
    const answer = await client.get("/v1/collab/drafts/{draft_id}", { path: { draft_id: "a/b" }, query: { at: 3 } });
    expect(answer.data.title).toBe("A walk");
    expect(script.heard[0]).toMatchObject({ method: "GET", url: "http://ring.test/v1/collab/drafts/a%2Fb?at=3" });
  });

  it("gives text as text", async () => {
    const note = new Response("ring\n1\n", { headers: { "Content-Type": "text/plain; charset=utf-8" } });
    expect(await ring(new Script(note)).client.get("/v1/log/checkpoint")).toBe("ring\n1\n");
  });

  it("leaves out what is not asked for", async () => {
    const script = new Script(json({ data: [], count: 0, next_cursor: null }));
    await ring(script).client.drafts({ q: undefined, holding: true } as { holding: boolean });
    expect(script.heard[0]?.url).toBe("http://ring.test/v1/collab/drafts?holding=true");
  });

  it("has thin names that unwrap what is one thing", async () => {
    const { client } = ring(new Script(json({ data: { plan: "free" } }), json({ data: { environment: "local" } })));
    expect((await client.me()).plan).toBe("free");
    expect((await client.config()).environment).toBe("local");
  });
});

describe("a refusal", () => {
  it("says what the problem document says", async () => {
    const { client } = ring(new Script(problem(409, "conflict", { "Retry-After": "7" })));
    const fault = await refusal(client.draft(DRAFT));
    expect(fault).toMatchObject({
      status: 409,
      code: "conflict",
      detail: "It is conflict.",
      message: "It is conflict.",
      requestId: "request-1",
      retryAfter: 7,
      errors: [],
    });
  });

  it("names the fields that are wrong", async () => {
    const errors = [{ loc: ["body", "title"], msg: "too long" }];
    const body = { detail: "No.", error: { code: "validation_error", message: "No.", request_id: "r" }, errors };
    const fault = await refusal(ring(new Script(json(body, 422))).client.draft(DRAFT));
    expect(fault.errors).toEqual(errors);
  });

  it.each([
    ["without a body", new Response(null, { status: 403, statusText: "Forbidden" }), "The answer was 403 Forbidden."],
    ["with a page of a proxy", new Response("<h1>No</h1>", { status: 403 }), "The answer was 403."],
    ["with JSON of somebody else", json({ error: "no" }, 403), "The answer was 403."],
    ["with JSON that is null", json(null, 403), "The answer was 403."],
  ])("%s says at least its status", async (_, response, detail) => {
    const fault = await refusal(ring(new Script(response)).client.draft(DRAFT));
    expect(fault).toMatchObject({ status: 403, code: "http_403", detail, requestId: null, retryAfter: null });
  });
});

describe("signing in", () => {
  it("sends the token of the person, and none for nobody", async () => {
    const script = new Script(json({ data: {} }), json({ data: {} }));
    await ring(script, { tokens: person("one") }).client.me();
    await ring(script).client.me();
    expect(script.tokens).toEqual(["one", null]);
  });

  it("tries a 401 again once, with a fresh token", async () => {
    const script = new Script(problem(401, "unauthorized"), json({ data: { plan: "free" } }));
    const tokens = person("old", "new");
    expect((await ring(script, { tokens }).client.me()).plan).toBe("free");
    expect(script.tokens).toEqual(["old", "new"]);
  });

  it("tries it again exactly once", async () => {
    const script = new Script(problem(401, "unauthorized"), problem(401, "unauthorized"));
    const fault = await refusal(ring(script, { tokens: person("old", "new", "newer") }).client.me());
    expect(fault.status).toBe(401);
    expect(script.tokens).toEqual(["old", "new"]);
  });

  it("does not try again for nobody", async () => {
    const script = new Script(problem(401, "unauthorized"));
    expect((await refusal(ring(script, { tokens: nobody }).client.me())).status).toBe(401);
  });

  it("does not try again when the session is over meanwhile", async () => {
    const script = new Script(problem(401, "unauthorized"));
    expect((await refusal(ring(script, { tokens: person("last") }).client.me())).status).toBe(401);
  });

  it("asks for one fresh token, however many calls were refused with the old one", async () => {
    const clock = new StoppedClock();
    const token = (fresh: boolean) => jwt(clock.now() + 60_000, fresh ? "new" : "old");
    const clerk = new TestClerk("user_alice", async (fresh) => token(fresh));
    const script = new Script(problem(401, "a"), problem(401, "b"), json({ data: {} }), json({ data: {} }));
    const { client } = ring(script, { tokens: clerkTokens(clerk, { clock }) });
    await Promise.all([client.me(), client.me()]);
    expect(script.tokens).toEqual([token(false), token(false), token(true), token(true)]);
    expect(clerk.asked).toEqual([false, true]);
  });

  it("sends a command with a fresh token under the same key", async () => {
    const script = new Script(problem(401, "unauthorized"), json({ data: OUTCOME }));
    await ring(script, { tokens: person("old", "new") }).client.send(WRITE);
    expect(script.keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(script.keys[1]).toBe(script.keys[0]);
  });

  it("is unreachable when tokens can't be had", async () => {
    const tokens = { ...nobody, userId: "alice", token: () => Promise.reject(new Error("Clerk is away")) };
    await expect(ring(new Script(), { tokens, patience: 0 }).client.me()).rejects.toThrow(Unreachable);
  });

  it("does not wait for a token for ever", async () => {
    const tokens = { ...nobody, userId: "alice", token: () => new Promise<string>(() => {}) };
    const { client, clock } = ring(new Script(), { tokens, timeout: 3_000, patience: 0 });
    const failed = expect(client.me()).rejects.toThrow(Unreachable);
    await clock.pass(3_000);
    await failed;
  });

  it("does nothing in the name of whoever signed in meanwhile", async () => {
    let who = "alice";
    const tokens: TokenSource = {
      get userId() {
        return who;
      },
      token: async () => `token of ${who}`,
      onChange: () => () => {},
    };
    const script = new Script(() => {
      who = "bob";
      throw noNetwork();
    });
    const { client, clock } = ring(script, { tokens });
    const failed = expect(client.send(WRITE)).rejects.toThrow(Unreachable);
    await clock.pass(60_000);
    await failed;
    expect(script.tokens).toEqual(["token of alice"]);
  });
});

describe("a command", () => {
  it("goes to the one door, with its key and the version it is meant for", async () => {
    const script = new Script(json({ data: OUTCOME }));
    const outcome = await ring(script).client.send(WRITE, { key: "rain", expectedVersion: 1 });
    expect(outcome).toEqual(OUTCOME);
    expect(script.heard[0]).toMatchObject({ method: "POST", url: "http://ring.test/v1/commands" });
    expect(JSON.parse(script.heard[0]?.body ?? "")).toEqual(WRITE);
    expect(script.heard[0]?.headers.get("If-Match")).toBe('"1"');
    expect(script.keys).toEqual(["rain"]);
  });

  it("has another key each time", async () => {
    const script = new Script(json({ data: OUTCOME }), json({ data: OUTCOME }));
    const { client } = ring(script);
    await client.send(WRITE);
    await client.send(WRITE);
    expect(new Set(script.keys).size).toBe(2);
  });

  it.each([
    ["nobody answers", () => noNetwork()],
    ["the service can't for now", () => problem(503, "unavailable")],
    ["a proxy has no service", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["there were too many", () => problem(429, "rate_limited", { "Retry-After": "2" })],
    ["the answer is cut off", () => new Response('{"data"', { headers: { "Content-Type": "application/json" } })],
  ])("is sent again under its key when %s", async (_, failure) => {
    const script = new Script(failure(), failure(), json({ data: OUTCOME }));
    const { client, clock } = ring(script);
    const sent = client.send(WRITE, { key: "rain" });
    await clock.pass(10_000);
    expect(await sent).toEqual(OUTCOME);
    expect(script.keys).toEqual(["rain", "rain", "rain"]);
    expect(new Set(script.heard.map(({ body }) => body)).size).toBe(1);
  });

  it("is not sent again when it was refused for good", async () => {
    const script = new Script(problem(403, "ring_required"));
    expect((await refusal(ring(script).client.send(WRITE))).code).toBe("ring_required");
    expect(script.heard).toHaveLength(1);
  });
});

describe("trying again", () => {
  it("waits longer each time, at any moment of the pause, and never more than 5 s", async () => {
    const script = new Script(...Array.from({ length: 7 }, noNetwork), json({ data: {} }));
    const moments: number[] = [];
    const { client, clock } = ring(script);
    const start = clock.now();
    const fetching = vi.fn(script.fetch);
    const timed = new OneRing({
      baseUrl: client.baseUrl,
      clock,
      random: () => 0.5,
      fetch: (...request) => {
        moments.push(clock.now() - start);
        return fetching(...request);
      },
    });
    const read = timed.me();
    await clock.pass(30_000);
    await read;
    const pauses = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
    expect(pauses).toEqual([125, 250, 500, 1_000, 2_000, 2_500, 2_500]);
  });

  it("waits as long as the service asks", async () => {
    const script = new Script(problem(429, "rate_limited", { "Retry-After": "4" }), json({ data: {} }));
    const { client, clock } = ring(script);
    const read = client.me();
    await clock.pass(4_000);
    expect(script.heard).toHaveLength(1);
    await clock.pass(200);
    await read;
    expect(script.heard).toHaveLength(2);
  });

  it("says so at once when the service asks for more patience than there is", async () => {
    const script = new Script(problem(429, "rate_limited", { "Retry-After": "3600" }));
    expect((await refusal(ring(script).client.me())).retryAfter).toBe(3600);
  });

  it("ends when patience is over, with what failed last", async () => {
    const script = new Script(...Array.from({ length: 50 }, noNetwork));
    const { client, clock } = ring(script, { patience: 1_000 });
    const failed = expect(client.me()).rejects.toThrow(Unreachable);
    await clock.pass(5_000);
    await failed;
    expect(script.heard.length).toBeGreaterThan(2);
    expect(clock.waiting).toBe(0);
  });

  it("is for what can be done twice: another POST is sent once", async () => {
    const script = new Script(problem(503, "unavailable"));
    const options = { path: { draft_id: DRAFT }, body: { target_user_id: "bob" } };
    const fault = await refusal(ring(script).client.call("post", "/v1/collab/drafts/{draft_id}/invites", options));
    expect(fault.status).toBe(503);
    expect(script.heard).toHaveLength(1);
  });

  it("is for a POST that has a key", async () => {
    const script = new Script(problem(503, "unavailable"), json({ data: {} }));
    const { client, clock } = ring(script);
    const done = client.call("post", "/v1/collab/drafts/{draft_id}/nudge", {
      path: { draft_id: DRAFT },
      headers: { "idempotency-key": "wake up" },
    });
    await clock.pass(1_000);
    await done;
    expect(script.keys).toEqual(["wake up", "wake up"]);
  });
});

describe("giving up", () => {
  it("takes no longer than the timeout for one request", async () => {
    const { client, clock } = ring(new Script(silence), { timeout: 2_000, patience: 0 });
    const failed = expect(client.me()).rejects.toThrow(Unreachable);
    await clock.pass(2_000);
    await failed;
  });

  it.each([
    ["while it is asked", silence],
    ["while it waits to try again", noNetwork()],
  ])("is the caller's, with their reason, %s", async (_, reply) => {
    const script = new Script(reply);
    const { client, clock } = ring(script);
    const abort = new AbortController();
    const failed = expect(client.me(abort.signal)).rejects.toThrow("gone");
    await settled();
    abort.abort(new Error("gone"));
    await failed;
    await clock.pass(60_000);
    expect(script.heard).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it("before it began asks nobody", async () => {
    const script = new Script();
    await expect(ring(script).client.me(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(script.heard).toHaveLength(0);
  });

  it("leaves no timer behind an answer", async () => {
    const { client, clock } = ring(new Script(json({ data: {} })));
    await client.me();
    expect(clock.waiting).toBe(0);
  });
});
