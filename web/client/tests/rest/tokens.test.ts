// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { clerkTokens, developmentTokens, nobody, Refused, Unreachable } from "../../src/index.ts";
import { json, noNetwork, problem, Script } from "./service.ts";
import { StoppedClock } from "./time.ts";
import { jwt, TestClerk } from "./tokens.ts";

const SECOND = 1_000;

/** Somebody signed in, whose tokens last so long. */
function signedIn(lifetime: number) {
  const clock = new StoppedClock();
  let made = 0;
  const clerk = new TestClerk("user_alice", async (_, user) => jwt(clock.now() + lifetime, `${user} ${++made}`));
  return { clock, clerk, tokens: clerkTokens(clerk, { clock }) };
}

describe("Clerk's tokens", () => {
  it("are asked for once while they last", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const first = await tokens.token();
    expect(await tokens.token()).toBe(first);
    expect(clerk.asked).toEqual([false]);
  });

  it("are asked for again when fewer than 10 s remain, and not before", async () => {
    const { clerk, clock, tokens } = signedIn(45 * SECOND);
    const first = await tokens.token();
    await clock.pass(35 * SECOND);
    expect(await tokens.token()).toBe(first);
    await clock.pass(1);
    expect(await tokens.token()).not.toBe(first);
    expect(clerk.asked).toHaveLength(2);
  });

  it("are asked for again after 60 s, however long they last, and not before", async () => {
    const { clerk, clock, tokens } = signedIn(3600 * SECOND);
    await tokens.token();
    await clock.pass(60 * SECOND - 1);
    await tokens.token();
    expect(clerk.asked).toHaveLength(1);
    await clock.pass(1);
    await tokens.token();
    expect(clerk.asked).toHaveLength(2);
  });

  it("that do not say when they are over are asked for each time", async () => {
    const clerk = new TestClerk("user_alice", async () => "not.a.token");
    const tokens = clerkTokens(clerk, { clock: new StoppedClock() });
    expect(await tokens.token()).toBe("not.a.token");
    await tokens.token();
    expect(clerk.asked).toHaveLength(2);
  });

  it("are asked for by one call for all that need one", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const all = await Promise.all([tokens.token(), tokens.token(), tokens.token()]);
    expect(new Set(all).size).toBe(1);
    expect(clerk.asked).toHaveLength(1);
  });

  it("that are fresh pass by Clerk's own cache, and are kept", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const first = await tokens.token();
    const fresh = await tokens.token({ fresh: true });
    expect(fresh).not.toBe(first);
    expect(await tokens.token()).toBe(fresh);
    expect(clerk.asked).toEqual([false, true]);
  });

  it("that are fresh are not what was under way, and one for all that need one", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const [any, fresh, another] = await Promise.all([
      tokens.token(),
      tokens.token({ fresh: true }),
      tokens.token({ fresh: true }),
    ]);
    expect(fresh).not.toBe(any);
    expect(another).toBe(fresh);
    expect(clerk.asked).toEqual([false, true]);
    expect(await tokens.token()).toBe(fresh);
  });

  it("are asked for again after Clerk failed", async () => {
    let fails = true;
    const clock = new StoppedClock();
    const clerk = new TestClerk("user_alice", async () => {
      if (fails) throw new Error("no network");
      return jwt(clock.now() + 60 * SECOND);
    });
    const tokens = clerkTokens(clerk, { clock });
    await expect(tokens.token()).rejects.toThrow("no network");
    fails = false;
    expect(await tokens.token()).not.toBeNull();
  });

  it("end with the session, and everybody who wants to know is told once", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const told = vi.fn();
    tokens.onChange(told);
    await tokens.token();
    clerk.signIn(null);
    expect(told).toHaveBeenCalledTimes(1);
    expect(tokens.userId).toBeNull();
    expect(await tokens.token()).toBeNull();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("are never somebody else's: what was under way for one person is not kept for the next", async () => {
    const clock = new StoppedClock();
    const answers: ((token: string) => void)[] = [];
    const clerk = new TestClerk("user_alice", () => new Promise((resolve) => answers.push(resolve)));
    const tokens = clerkTokens(clerk, { clock });
    const alices = tokens.token();
    clerk.signIn("user_bob");
    expect(tokens.userId).toBe("user_bob");
    const bobs = tokens.token();
    answers[1]?.(jwt(clock.now() + 60 * SECOND, "bob"));
    answers[0]?.(jwt(clock.now() + 60 * SECOND, "alice"));
    expect(await alices).toBe(jwt(clock.now() + 60 * SECOND, "alice"));
    expect(await bobs).toBe(jwt(clock.now() + 60 * SECOND, "bob"));
    expect(await tokens.token()).toBe(jwt(clock.now() + 60 * SECOND, "bob"));
  });

  it("outlive what Clerk says about the same session, and nobody is told", async () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const told = vi.fn();
    tokens.onChange(told);
    await tokens.token();
    clerk.refresh();
    await tokens.token();
    expect(clerk.asked).toHaveLength(1);
    expect(told).not.toHaveBeenCalled();
  });

  it("tell nobody who no longer wants to know, and listen to Clerk for those who do", () => {
    const { clerk, tokens } = signedIn(60 * SECOND);
    const [told, stays] = [vi.fn(), vi.fn()];
    const [end, endToo] = [tokens.onChange(told), tokens.onChange(stays)];
    end();
    clerk.signIn(null);
    expect(told).not.toHaveBeenCalled();
    expect(stays).toHaveBeenCalledTimes(1);
    expect(clerk.listeners).toBe(1);
    endToo();
    expect(clerk.listeners).toBe(0);
    tokens.onChange(told);
    clerk.signIn("user_bob");
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("of the next person are asked for, also when nobody wanted to know of the change", async () => {
    const clock = new StoppedClock();
    const clerk = new TestClerk("user_alice", async (_, user) => jwt(clock.now() + 60 * SECOND, user));
    const tokens = clerkTokens(clerk, { clock });
    await tokens.token();
    clerk.signIn("user_bob");
    expect(await tokens.token()).toBe(jwt(clock.now() + 60 * SECOND, "user_bob"));
  });

  it("are there for whoever signs in later", async () => {
    const clock = new StoppedClock();
    const clerk = new TestClerk(null, async (_, user) => jwt(clock.now() + 60 * SECOND, user));
    const tokens = clerkTokens(clerk, { clock });
    expect(await tokens.token()).toBeNull();
    clerk.signIn("user_alice");
    expect(await tokens.token()).toBe(jwt(clock.now() + 60 * SECOND, "user_alice"));
  });
});

describe("development tokens", () => {
  const minted = (token: string) => json({ data: { token, user_id: "alice", expires_in: 3600 } });

  it("are minted by the service for a name, and kept while they last", async () => {
    const clock = new StoppedClock();
    const hour = jwt(clock.now() + 3600 * SECOND);
    const script = new Script(minted(hour), minted("another"));
    const tokens = developmentTokens("alice", "http://ring.test", { fetch: script.fetch, clock });
    expect(tokens.userId).toBe("alice");
    expect(await tokens.token()).toBe(hour);
    await clock.pass(3590 * SECOND);
    expect(await tokens.token()).toBe(hour);
    expect(script.heard[0]).toMatchObject({ method: "POST", url: "http://ring.test/v1/dev/token" });
    expect(JSON.parse(script.heard[0]?.body ?? "")).toEqual({ user_id: "alice" });
    await clock.pass(1);
    expect(await tokens.token()).toBe("another");
  });

  it("are minted anew when a fresh one is asked for", async () => {
    const clock = new StoppedClock();
    const script = new Script(minted(jwt(clock.now() + 3600 * SECOND)), minted("fresh"));
    const tokens = developmentTokens("alice", "", { fetch: script.fetch, clock });
    await tokens.token();
    expect(await tokens.token({ fresh: true })).toBe("fresh");
  });

  it.each([
    ["the service has no such route", problem(404, "not_found"), Refused],
    ["nobody answers", noNetwork(), Unreachable],
    ["something else answers", new Response("<h1>Hello</h1>"), Unreachable],
    ["something else answers in JSON", json({ hello: "there" }), Unreachable],
  ])("can't be had when %s", async (_, reply, kind) => {
    const tokens = developmentTokens("alice", "", { fetch: new Script(reply).fetch });
    await expect(tokens.token()).rejects.toThrow(kind);
  });
});

describe("nobody", () => {
  it("has no name and no token", async () => {
    expect(nobody.userId).toBeNull();
    expect(await nobody.token()).toBeNull();
    expect(nobody.onChange(() => {})()).toBeUndefined();
  });
});
