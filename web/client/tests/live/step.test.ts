/** What can't happen in front of a service that keeps its promises, and must do no harm. */

import { describe, expect, it } from "vitest";
import { type Effect, type FeedState, IDLE, type Input, standingOf, step } from "../../src/live/feed.ts";
import type { ServerFrame } from "../../src/live/frames.ts";
import type { DraftEvent } from "../../src/model.ts";
import { Model } from "./model.ts";

const model = new Model();

function after(
  feed: FeedState,
  ...inputs: readonly Input[]
): { readonly feed: FeedState; readonly effects: readonly Effect[] } {
  const effects: Effect[] = [];
  let now = feed;
  for (const input of inputs) {
    const [next, more] = step(now, input, 0);
    now = next;
    effects.push(...more);
  }
  return { feed: now, effects };
}

const hear = (frame: ServerFrame): Input => ({ on: "heard", frame });

const welcome = (from: number, mode: "resume" | "snapshot", epoch = "one", head = from) =>
  hear({ type: "welcome", user_id: "me", epoch, from, head, mode, heartbeat_seconds: 25 });

const event = (version: number) => ({ ...model.log[0], version }) as DraftEvent;
const snapshot = hear({ type: "snapshot", version: 2, draft: model.draft() });

/** Connects, up to the hello. */
function greeted(feed: FeedState): FeedState {
  const asked = after(feed, { on: "start" }).feed;
  return after(asked, { on: "token", attempt: asked.attempt, token: "token" }, { on: "opened" }).feed;
}

const live = after(greeted(IDLE), welcome(2, "snapshot"), snapshot, hear({ type: "live", version: 2 })).feed;

const applied = (effects: readonly Effect[]) =>
  effects.filter((effect) => effect.do === "events" || effect.do === "snapshot");

describe("a feed", () => {
  it("that lives is live", () => {
    expect(standingOf(live)).toBe("live");
    expect(live).toMatchObject({ last: 2, epoch: "one", head: 2 });
  });

  it("that was never told so is live once a heartbeat says that nothing is missing", () => {
    const joined = after(greeted(IDLE), welcome(2, "snapshot"), snapshot).feed;
    expect(standingOf(joined)).toBe("catching-up");
    expect(standingOf(after(joined, hear({ type: "ping", head: 2 })).feed)).toBe("live");
  });

  it("applies no events before the snapshot that it was promised, though they would fit", () => {
    const again = greeted(after(live, { on: "stop" }).feed);
    const { feed, effects } = after(again, welcome(2, "snapshot", "two"), hear({ type: "events", events: [event(3)] }));
    expect(applied(effects)).toEqual([]);
    expect(feed).toMatchObject({ phase: "asking", last: 2, epoch: "one" });
  });

  it("applies no snapshot but the one that it was promised", () => {
    const { feed, effects } = after(greeted(IDLE), welcome(3, "snapshot"), snapshot);
    expect(applied(effects)).toEqual([]);
    expect(feed.phase).toBe("asking");
    expect(applied(after(live, snapshot).effects)).toEqual([]);
  });

  it("is not live behind what it was told before, by another process that was ahead", () => {
    const behind = after(live, hear({ type: "ping", head: 5 })).feed;
    const rejoined = greeted(after(behind, { on: "stop" }).feed);
    const lagging = after(rejoined, welcome(2, "resume"), hear({ type: "live", version: 2 })).feed;
    expect(standingOf(lagging)).toBe("catching-up");
    const caughtUp = after(lagging, hear({ type: "events", events: [event(3), event(4), event(5)] })).feed;
    expect(standingOf(caughtUp)).toBe("live");
  });

  it.each([
    ["beyond our place", welcome(3, "resume")],
    ["of another log", welcome(2, "resume", "two")],
  ])("that is resumed %s loses its place instead", (_what, frame) => {
    const { feed } = after(greeted(after(live, { on: "stop" }).feed), frame);
    expect(feed).toMatchObject({ phase: "asking", last: null });
    expect(after(feed, { on: "token", attempt: feed.attempt, token: null }, { on: "opened" }).effects).toContainEqual({
      do: "say",
      frame: { type: "hello" },
    });
  });

  it("heeds no token that was asked for by an earlier attempt", () => {
    const asked = after(IDLE, { on: "start" }).feed;
    const again = after(asked, { on: "stop" }, { on: "start" }).feed;
    expect(after(again, { on: "token", attempt: asked.attempt, token: "old" }).effects).toEqual([]);
    expect(after(again, { on: "no-token", attempt: asked.attempt, refused: "old" }).feed).toBe(again);
  });

  it("is welcomed once, and first", () => {
    expect(after(live, welcome(2, "resume")).feed.phase).toBe("asking");
    expect(after(greeted(IDLE), hear({ type: "live", version: 2 })).feed.phase).toBe("asking");
  });

  it("that catches up without getting further is given up", () => {
    const joined = after(greeted(after(live, { on: "stop" }).feed), welcome(2, "resume", "one", 9)).feed;
    const once = after(joined, hear({ type: "ping", head: 9 })).feed;
    expect(once.phase).toBe("joined");
    expect(after(once, hear({ type: "ping", head: 9 })).feed.phase).toBe("asking");
    const further = after(once, hear({ type: "events", events: [event(3)] }), hear({ type: "ping", head: 9 })).feed;
    expect(further.phase).toBe("joined");
  });
});
