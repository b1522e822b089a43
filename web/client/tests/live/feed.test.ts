import { describe, expect, it } from "vitest";
import type { OpenSocket, SocketEvents } from "../../src/live/connection.ts";
import type { Turn } from "../../src/live/surroundings.ts";
import { Refused, Unreachable } from "../../src/refusals.ts";
import { follow, followed, PROVED } from "./following.ts";
import { ME } from "./model.ts";

describe("joining", () => {
  it("says hello with a token, shows the draft and is live", async () => {
    const { live, simulator, standings, pass } = follow();
    expect(live.getState().standing).toBe("connecting");
    await pass(200);
    expect(simulator.hellos).toEqual([{ type: "hello", token: expect.stringContaining(`${ME} `) }]);
    expect(standings).toEqual(["catching-up", "live"]);
    expect(live.getState()).toMatchObject({
      version: 2,
      epoch: simulator.model.epochId,
      draft: simulator.model.draft(),
    });
  });

  it("as nobody says hello without a token", async () => {
    const { simulator } = await followed(0.5, ({ tokens }) => tokens.become(null));
    expect(simulator.hellos).toEqual([{ type: "hello" }]);
  });

  it("again goes on after the last version", async () => {
    const { live, simulator, pass, events } = await followed();
    live.stop();
    await pass(100);
    expect(simulator.said.at(-1)).toEqual({ type: "bye" });
    simulator.model.append("draft_renamed", "anna", { title: "Back" });
    live.start();
    await pass(200);
    expect(simulator.hellos.at(-1)).toMatchObject({ after: 2, epoch: simulator.model.epochId });
    expect(events.map(({ version }) => version)).toEqual([3]);
    expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Back" } });
  });

  it("again as somebody else shows nothing of whoever was before", async () => {
    const { live, simulator, pass } = await followed();
    live.stop();
    simulator.tokens.become("ben");
    live.start();
    expect(live.getState()).toMatchObject({ draft: null, version: 0, written: [] });
    await pass(200);
    expect(simulator.hellos.at(-1)).toEqual({ type: "hello", token: expect.stringContaining("ben ") });
    expect(live.getState().standing).toBe("live");
  });

  it("is given up where no token is to be had, and tried again where nobody answers", async () => {
    const refused = new Refused({ status: 403, code: "forbidden", detail: "Not here." });
    const { live } = await followed(0.5, ({ tokens }) => tokens.trouble.push(refused));
    expect(live.getState()).toMatchObject({ standing: "ended", end: { code: 4401, reason: "Not here." } });
    const again = await followed(0.5, ({ tokens }) => tokens.trouble.push(new Unreachable("Nobody answers.")));
    expect(again.live.getState().standing).toBe("live");
  });

  it("that is not answered is tried again", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      each.silent = true;
    });
    await pass(19_000);
    expect(live.getState().standing).toBe("connecting");
    simulator.silent = false;
    await pass(2_000);
    expect(live.getState().standing).toBe("live");
  });
});

describe("a close code", () => {
  it.each([1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 4000, 4001, 4002, 4003, 4399, 4500])(
    "%i is a reason to resume at once, after the last version",
    async (code) => {
      const { live, simulator, pass } = await followed();
      await pass(PROVED);
      simulator.close(code);
      simulator.model.append("draft_renamed", "anna", { title: "Meanwhile" });
      await pass(100);
      expect(simulator.hellos.slice(1)).toMatchObject([{ after: 2, epoch: simulator.model.epochId }]);
      expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Meanwhile" } });
    },
  );

  it("4005 is a reason to join without a place", async () => {
    const { live, simulator, pass } = await followed();
    simulator.model.append("draft_renamed", "anna", { title: "Lost" });
    simulator.spread();
    await pass(PROVED);
    simulator.restore(1);
    await pass(100);
    expect(simulator.hellos[1]).not.toHaveProperty("after");
    expect(live.getState()).toMatchObject({ standing: "live", version: 2, epoch: simulator.model.epochId });
  });

  it.each([4400, 4403, 4404, 4408, 4413, 4499])("%i is the end, until it is retried", async (code) => {
    const { live, simulator, pass } = await followed();
    simulator.close(code);
    await pass(600_000);
    simulator.turn("visible");
    simulator.turn("online");
    await pass(60_000);
    expect(simulator.hellos).toHaveLength(1);
    expect(live.getState()).toMatchObject({ standing: "ended", end: { code, reason: "because" } });
    live.retry();
    await pass(100);
    expect(live.getState()).toMatchObject({ standing: "live", end: null });
  });

  it("4401 is a reason to try once with a fresh token, and then the end", async () => {
    const { live, simulator, pass } = await followed();
    simulator.close(4401);
    await pass(100);
    expect(simulator.tokens.asked).toEqual(["cached", "fresh"]);
    expect(live.getState().standing).toBe("live");
    simulator.close(4401);
    await pass(60_000);
    expect(simulator.hellos).toHaveLength(2);
    expect(live.getState()).toMatchObject({ standing: "ended", end: { code: 4401 } });
  });

  it("4401 may be tried again once a connection was good", async () => {
    const { live, simulator, pass } = await followed();
    for (let time = 0; time < 3; time++) {
      simulator.close(4401);
      await pass(PROVED);
    }
    expect(live.getState().standing).toBe("live");
  });

  it("4401 is the end for nobody: no token is better than none", async () => {
    const { live, simulator, pass } = await followed(0.5, ({ tokens }) => tokens.become(null));
    simulator.close(4401);
    await pass(100);
    expect(simulator.hellos).toHaveLength(1);
    expect(live.getState().standing).toBe("ended");
  });

  it("4429 is waited out, whoever looks", async () => {
    const { live, simulator, pass } = await followed(0);
    simulator.close(4429);
    await pass(4_000);
    simulator.turn("visible");
    simulator.turn("online");
    await pass(500);
    expect(simulator.hellos).toHaveLength(1);
    await pass(1_000);
    expect(simulator.hellos).toHaveLength(2);
    expect(live.getState().standing).toBe("live");
  });
});

describe("back-off", () => {
  /** When attempts are made while every connection is lost at once, in milliseconds between them. */
  async function attempts(random: number, within: number): Promise<number[]> {
    const times: number[] = [];
    const { simulator, pass, live } = follow(random, (each) => {
      Object.assign(each, {
        openSocket: (
          _url: string,
          _protocols: readonly string[],
          on: { closed(code: number, reason: string): void },
        ) => {
          times.push(each.clock.now());
          each.clock.after(0, () => on.closed(1006, ""));
          return { send: () => {}, close: () => {} };
        },
      });
    });
    await pass(within);
    expect(live.getState().standing).toBe("offline");
    expect(simulator.tokens.asked.length).toBe(times.length);
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  }

  it("begins at once, doubles, and is never longer than 20 seconds", async () => {
    const gaps = await attempts(1, 110_000);
    expect(gaps).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000]);
  });

  it("is jittered over all of it", async () => {
    expect((await attempts(0.5, 30_000)).slice(0, 6)).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000]);
  });

  it("goes on until a connection has been good for a while", async () => {
    const { simulator, pass } = await followed(1);
    const rejoined = async () => {
      const before = simulator.hellos.length;
      const began = simulator.clock.now();
      simulator.close(1012);
      while (simulator.hellos.length === before) await pass(100);
      await pass(100);
      return simulator.clock.now() - began;
    };
    expect(await rejoined()).toBeLessThan(500);
    expect(await rejoined()).toBeGreaterThan(1_000);
    expect(await rejoined()).toBeGreaterThan(2_000);
    await pass(PROVED);
    expect(await rejoined()).toBeLessThan(500);
  });

  it.each(["online", "visible"] as const)("ends at once when the browser is %s", async (turn) => {
    const { live, simulator, pass } = await followed(1);
    for (let time = 0; time < 6; time++) {
      simulator.close(1012);
      await pass(0);
      simulator.turn("visible");
      await pass(50);
    }
    simulator.close(1012);
    await pass(1_000);
    expect(live.getState().standing).toBe("offline");
    simulator.turn(turn);
    await pass(100);
    expect(live.getState().standing).toBe("live");
  });
});

describe("a heartbeat", () => {
  it("that fails to come makes it doubtful, then asked for, then another connection", async () => {
    const { live, simulator, pass, standings } = await followed();
    simulator.silent = true;
    await pass(29_700);
    expect(live.getState().standing).toBe("live");
    await pass(400);
    expect(standings).toEqual(["catching-up"]);
    simulator.silent = false;
    await pass(5_200);
    expect(simulator.hellos).toHaveLength(2);
    expect(live.getState().standing).toBe("live");
  });

  it.each([-7_200_000, -20_000, 7_200_000])(
    "that fails to come is noticed though the clock was set by %d ms",
    async (by) => {
      const { live, simulator, pass } = await followed();
      simulator.silent = true;
      simulator.clock.set(by);
      await pass(30_100);
      expect(live.getState().standing).toBe("catching-up");
      simulator.silent = false;
      await pass(5_200);
      expect(simulator.hellos).toHaveLength(2);
      expect(live.getState().standing).toBe("live");
    },
  );

  it("that was asked for and fails to come is noticed though the clock is set back meanwhile", async () => {
    const { live, simulator, pass } = await followed();
    simulator.silent = true;
    simulator.turn("visible");
    await pass(1_000);
    simulator.clock.set(-7_200_000);
    simulator.turn("visible");
    await pass(10_000);
    expect(live.getState().standing).not.toBe("live");
  });

  it("that is late but comes is enough", async () => {
    const { live, simulator, pass } = await followed();
    simulator.silent = true;
    await pass(29_700);
    simulator.silent = false;
    await pass(500);
    expect(simulator.said.at(-1)).toEqual({ type: "ping" });
    expect(live.getState().standing).toBe("live");
    await pass(20_000);
    expect(simulator.hellos).toHaveLength(1);
  });

  it("is answered with the last version", async () => {
    const { simulator, pass } = await followed();
    await pass(26_000);
    expect(simulator.said.at(-1)).toEqual({ type: "pong", version: 2 });
  });

  it.each(["ping", "pong"])("whose head is higher is a reason to resume: %s", async (type) => {
    const { live, simulator, pass } = await followed();
    simulator.faults.push("dropped");
    simulator.model.append("draft_renamed", "anna", { title: "Missed" });
    simulator.spread();
    simulator.say({ type, head: 3 });
    await pass(100);
    expect(simulator.hellos[1]).toMatchObject({ after: 2 });
    expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Missed" } });
  });

  it("is looked for when somebody looks at the page again", async () => {
    const { live, simulator, pass } = await followed();
    simulator.turn("visible");
    await pass(0);
    expect(live.getState().standing).toBe("live");
    simulator.silent = true;
    simulator.turn("visible");
    await pass(100);
    simulator.silent = false;
    await pass(5_100);
    expect(simulator.hellos).toHaveLength(2);
  });
});

describe("without a network", () => {
  it("it is offline at once, and goes on by itself once there is one", async () => {
    const { live, simulator, pass } = await followed();
    simulator.silent = true;
    simulator.turn("offline");
    expect(live.getState()).toMatchObject({ standing: "offline", presence: { people: [] } });
    simulator.model.append("draft_renamed", "anna", { title: "Meanwhile" });
    await pass(60_000);
    expect(live.getState().standing).toBe("offline");
    simulator.silent = false;
    simulator.turn("online");
    await pass(100);
    expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Meanwhile" } });
  });

  it("from the beginning it says so at once, and is live if the service answers all the same", async () => {
    const { live, pass } = follow(0.5, ({ surroundings }) => {
      const { listen } = surroundings;
      Object.assign(surroundings, {
        listen: (turned: (turn: Turn) => void) => {
          turned("offline");
          return listen(turned);
        },
      });
    });
    expect(live.getState().standing).toBe("offline");
    await pass(200);
    expect(live.getState().standing).toBe("live");
  });

  it("but with a service that answers it is live: a browser may be wrong", async () => {
    const { live, simulator, pass } = await followed();
    simulator.turn("offline");
    expect(live.getState().standing).toBe("offline");
    await pass(2_000);
    expect(live.getState().standing).toBe("live");
  });
});

describe("a frame", () => {
  const renamed = (version: number) => ({
    type: "draft_renamed",
    version,
    at: "2026-11-26T10:00:00.000000Z",
    actor: { id: "anna" },
    idempotency_key: null,
    data: { title: `Title ${version}` },
  });

  it("with a gap is not applied, and resumed from", async () => {
    const { live, simulator, pass, events } = await followed();
    simulator.say({ type: "events", events: [renamed(4)] });
    await pass(100);
    expect(events).toEqual([]);
    expect(simulator.hellos[1]).toMatchObject({ after: 2 });
    expect(live.getState()).toMatchObject({ standing: "live", version: 2 });
  });

  it("is applied as a whole, or not at all", async () => {
    const { simulator, pass, events } = await followed();
    simulator.say({ type: "events", events: [renamed(3), renamed(5)] });
    await pass(15);
    expect(events).toEqual([]);
    await pass(100);
    expect(simulator.hellos[1]).toMatchObject({ after: 2 });
  });

  it("that repeats is dropped, but for what is new in it", async () => {
    const { simulator, live, pass, events } = await followed();
    simulator.say({ type: "events", events: [renamed(1), renamed(2)] });
    simulator.say({ type: "events", events: [renamed(2), renamed(3)] });
    await pass(100);
    expect(events.map(({ version }) => version)).toEqual([3]);
    expect(simulator.hellos).toHaveLength(1);
    expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Title 3" } });
  });

  it("of an unknown type, or with unknown fields, is no trouble", async () => {
    const { simulator, live, pass, faults } = await followed();
    simulator.say({ type: "weather", rain: true });
    simulator.say({ type: "constructor" });
    simulator.say({ type: "ping", head: 2, rain: true });
    simulator.say({ type: "error", code: "unavailable", message: "", retry: true });
    await pass(100);
    expect(simulator.hellos).toHaveLength(1);
    expect(live.getState().standing).toBe("live");
    expect(faults).toEqual([]);
  });

  it.each([
    { type: "ping", head: "many" },
    { type: "events", events: [{ type: "draft_renamed" }] },
    { type: "events", events: [renamed(0)] },
    { type: "snapshot", version: 2, draft: null },
    { type: "presence", mode: "state", people: [1], left: [], count: 1, anonymous: 0 },
  ])("that is nonsense is a reason to resume, and never thrown: %j", async (frame) => {
    const { simulator, live, pass, faults } = await followed();
    simulator.say(frame);
    await pass(100);
    expect(simulator.hellos).toHaveLength(2);
    expect(live.getState()).toMatchObject({ standing: "live", version: 2 });
    expect(faults).toEqual([]);
  });

  it("whose event is of a newer kind, or erased, has the draft read again", async () => {
    const { simulator, live, pass, standings } = await followed();
    simulator.model.append("draft_renamed", "anna", null);
    simulator.model.append("draft_painted" as "draft_locked", "anna", {});
    simulator.spread();
    await pass(20);
    expect(live.getState()).toMatchObject({ standing: "catching-up", version: 4 });
    await pass(200);
    expect(simulator.requests).toEqual(["draft {}"]);
    expect(standings).toEqual(["catching-up", "live"]);
    expect(live.getState().draft).toEqual(simulator.model.draft());
  });

  it("with somebody new has their name read", async () => {
    const { simulator, live, pass } = await followed();
    simulator.model.append("collaborator_added", "anna", { user_id: "ben", role: "viewer" });
    simulator.spread();
    await pass(20);
    expect(live.getState().names.ben).toMatch(/^@u_[0-9a-f]{6}$/);
    await pass(200);
    expect(live.getState().names.ben).toBe("Ben");
    expect(live.getState().draft).toEqual(simulator.model.draft());
  });

  it("with names renames whoever has them, and nobody else", async () => {
    const { simulator, live, pass } = await followed(0.5, ({ model }) => {
      const place = (order: number) => ({ segment_id: `s-${order}`, segment_order: order, content: `${order}` });
      model.append("segment_added", "anna", { ...place(0), author_id: "anna" });
      model.append("ring_passed", "anna", { from_user_id: "anna", to_user_id: ME });
      model.append("segment_added", ME, { ...place(1), author_id: ME });
    });
    const before = live.getState();
    simulator.say({ type: "people", people: [{ user_id: "anna", display: "Anna K." }] });
    await pass(100);
    const { draft, names } = live.getState();
    expect(names.anna).toBe("Anna K.");
    expect(draft?.segments.map((segment) => segment.author_display)).toEqual(["Anna K.", "Mia"]);
    expect(draft?.segments[1]).toBe(before.draft?.segments[1]);
  });
});

describe("a token", () => {
  it("that expires is renewed in time, and again until one is accepted", async () => {
    const { simulator, pass } = await followed();
    simulator.say({ type: "token_expiring", token_expires_at: "" });
    simulator.faults.push("dropped");
    await pass(100);
    expect(simulator.said.filter(({ type }) => type === "auth")).toHaveLength(1);
    await pass(PROVED);
    expect(simulator.said.filter(({ type }) => type === "auth")).toHaveLength(2);
    await pass(20_000);
    expect(simulator.said.filter(({ type }) => type === "auth")).toHaveLength(2);
    expect(simulator.tokens.asked).toEqual(["cached", "fresh", "fresh"]);
  });

  it("that can't be had for now is asked for again", async () => {
    const { simulator, pass } = await followed();
    simulator.tokens.trouble.push(new Unreachable("Nobody answers."));
    simulator.say({ type: "token_expiring", token_expires_at: "" });
    await pass(PROVED);
    expect(simulator.said.filter(({ type }) => type === "auth")).toHaveLength(1);
  });

  it("of somebody else is a reason to join anew, as them and with nothing of before", async () => {
    const { simulator, live, pass } = await followed();
    simulator.tokens.become("ben");
    expect(live.getState()).toMatchObject({ draft: null, version: 0, standing: "connecting", names: {} });
    await pass(100);
    expect(simulator.hellos[1]).toEqual({ type: "hello", token: expect.stringContaining("ben ") });
    expect(live.getState().standing).toBe("live");
  });
});

describe("a socket that was given up", () => {
  it("is not heard any more, whatever it still says", async () => {
    const sockets: SocketEvents[] = [];
    const { live, simulator, pass } = await followed(0.5, (each) => {
      const { openSocket } = each;
      const opened: OpenSocket = (url, protocols, on) => {
        sockets.push(on);
        return openSocket(url, protocols, on);
      };
      Object.assign(each, { openSocket: opened });
    });
    simulator.say({ type: "ping", head: 3 });
    await pass(100);
    const before = live.getState();
    const [old] = sockets;
    old?.heard(JSON.stringify({ type: "ping", head: 9 }));
    old?.closed(4403, "too late");
    expect(sockets).toHaveLength(2);
    expect(live.getState()).toBe(before);
  });
});

describe("going away", () => {
  it("happens at a moment within the window", async () => {
    const { live, simulator, pass } = await followed(0.5);
    simulator.say({ type: "goaway", reason: "the server is restarting", window: 3 });
    await pass(1_400);
    expect(live.getState().standing).toBe("live");
    expect(simulator.hellos).toHaveLength(1);
    await pass(200);
    expect(simulator.hellos[1]).toMatchObject({ after: 2 });
    expect(live.getState().standing).toBe("live");
  });
});

describe("who is there", () => {
  const frame = (mode: string, people: string[], left: string[], count: number) => ({
    type: "presence",
    mode,
    people,
    left,
    count,
    anonymous: 1,
  });

  it("is who was there, and who came and left since", async () => {
    const { simulator, live, pass } = await followed();
    simulator.say(frame("state", [ME, "anna"], [], 2));
    simulator.say(frame("diff", ["ben"], ["anna"], 2));
    await pass(100);
    expect(live.getState().presence).toEqual({ people: [ME, "ben"], count: 2, anonymous: 1, complete: true });
  });

  it("is only counted in a crowd", async () => {
    const { simulator, live, pass } = await followed();
    simulator.say(frame("counts", ["anna"], [], 80));
    await pass(100);
    expect(live.getState().presence).toEqual({ people: ["anna"], count: 80, anonymous: 1, complete: false });
  });

  it("and writes is forgotten after a while, or when they wrote", async () => {
    const { simulator, live, pass } = await followed();
    simulator.say({ type: "typing", user_id: "anna", seconds: 6 });
    await pass(100);
    expect(live.getState().typing).toBe("anna");
    await pass(6_000);
    expect(live.getState().typing).toBeNull();
    simulator.say({ type: "typing", user_id: "anna", seconds: 6 });
    await pass(100);
    simulator.model.append("draft_renamed", "anna", { title: "Written" });
    simulator.spread();
    await pass(100);
    expect(live.getState().typing).toBeNull();
  });

  it("is not told of me what I know", async () => {
    const { simulator, live, pass } = await followed();
    simulator.say({ type: "typing", user_id: ME, seconds: 6 });
    await pass(100);
    expect(live.getState().typing).toBeNull();
  });

  it("is told that I write every few seconds at most", async () => {
    const { simulator, live, pass } = await followed();
    for (let time = 0; time < 40; time++) {
      live.typing();
      await pass(100);
    }
    expect(simulator.said.filter(({ type }) => type === "typing")).toHaveLength(2);
  });
});

describe("a listener that throws", () => {
  it("is reported, and stops nobody", async () => {
    const { simulator, live, pass, faults, events } = await followed();
    const fault = new Error("oh");
    live.subscribe(() => {
      throw fault;
    });
    live.onEvent(() => {
      throw fault;
    });
    simulator.model.append("draft_renamed", "anna", { title: "Still" });
    simulator.spread();
    await pass(100);
    expect(faults).toContain(fault);
    expect(events).toHaveLength(1);
    expect(live.getState()).toMatchObject({ standing: "live", draft: { title: "Still" } });
  });
});
