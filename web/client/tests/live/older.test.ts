import { describe, expect, it } from "vitest";
import { Refused } from "../../src/refusals.ts";
import { followed } from "./following.ts";
import type { Simulator } from "./simulator.ts";

/** Writes so many segments. */
const long =
  (count: number) =>
  ({ model }: Simulator) => {
    for (let order = 0; order < count; order++) {
      model.append("segment_added", "anna", place(order, `${order}`));
    }
  };

const place = (order: number, content: string) => ({
  segment_id: `s-${order}`,
  segment_order: order,
  content,
  author_id: "anna",
});

const reads = ({ requests }: Simulator) => requests.filter((request) => request.startsWith("draft"));

describe("older segments", () => {
  it("are none where a snapshot has them all", async () => {
    const { live, simulator } = await followed(0.5, long(200));
    expect(live.getState().draft?.segments).toHaveLength(200);
    expect(live.getState().older).toBe("none");
    expect(reads(simulator)).toEqual([]);
  });

  it("are loaded in pages, the newest first, until none is missing", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(1_250)(each);
      each.rest = "down";
    });
    expect(live.getState()).toMatchObject({ standing: "live", older: "loading" });
    expect(live.getState().written).toHaveLength(200);
    simulator.requests.length = 0;
    simulator.rest = "up";
    await pass(2_000);
    expect(reads(simulator)).toEqual([
      'draft {"segments_after":549,"limit":500}',
      'draft {"segments_after":49,"limit":500}',
      'draft {"limit":500}',
    ]);
    expect(live.getState().older).toBe("none");
    expect(live.getState().draft).toEqual(simulator.model.draft());
  });

  it("are as they stand, whatever happens to them while they are loaded", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(400)(each);
      each.rest = "down";
    });
    simulator.rest = "up";
    while (reads(simulator).length < 3) await pass(10);
    const { model } = simulator;
    // Neither the answer nor the feed is first everywhere: some of this is in the page, some is not.
    for (const order of [3, 7, 11, 15, 19, 399]) {
      model.append("segment_amended", "anna", place(order, `${order}, amended`));
      model.append("segment_withdrawn", "anna", place(order + (order === 399 ? -1 : 1), ""));
      simulator.spread();
      await pass(15);
    }
    await pass(2_000);
    expect(live.getState().older).toBe("none");
    expect(live.getState().draft).toEqual(model.draft());
  });

  it("read ahead of the feed wait for it", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(400)(each);
      each.rest = "down";
    });
    simulator.model.append("segment_amended", "anna", place(3, "Soon"));
    simulator.requests.length = 0;
    simulator.rest = "up";
    await pass(3_000);
    expect(reads(simulator)).toHaveLength(1);
    expect(live.getState()).toMatchObject({ older: "loading", version: 402 });
    simulator.spread();
    await pass(1_000);
    expect(live.getState()).toMatchObject({ older: "none", version: 403 });
    expect(live.getState().draft).toEqual(simulator.model.draft());
  });

  it("of a log that was restored meanwhile are not mixed into those of the one before", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(400)(each);
      each.rest = "down";
    });
    const { model } = simulator;
    model.restore(401);
    model.append("segment_amended", "anna", place(3, "In another log"));
    simulator.rest = "up";
    await pass(3_000);
    expect(live.getState()).toMatchObject({ older: "loading", version: 402 });
    expect(live.getState().written).toHaveLength(200);
    simulator.close(4005);
    await pass(3_000);
    expect(live.getState().draft).toEqual(model.draft());
  });

  it("that are refused have failed, until they are asked for again", async () => {
    const forbidden = new Refused({ status: 403, code: "forbidden", detail: "No." });
    let read: Simulator["client"]["draft"] | null = null;
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(400)(each);
      read = each.client.draft;
      Object.assign(each.client, { draft: () => Promise.reject(forbidden) });
    });
    expect(live.getState()).toMatchObject({ standing: "live", older: "failed" });
    Object.assign(simulator.client, { draft: read });
    live.retry();
    await pass(1_000);
    expect(live.getState().older).toBe("none");
    expect(live.getState().draft).toEqual(simulator.model.draft());
  });

  it("are not all there is to read: what happens while a draft is read again is not lost", async () => {
    const { live, simulator, pass } = await followed();
    const { model } = simulator;
    model.append("draft_renamed", "anna", null);
    simulator.spread();
    await pass(45);
    model.append("draft_renamed", "anna", { title: "Since then" });
    simulator.spread();
    await pass(500);
    expect(reads(simulator)).toHaveLength(1);
    expect(live.getState()).toMatchObject({ standing: "live", version: 4 });
    expect(live.getState().draft).toEqual(model.draft());
  });

  it("keep the segments that were there the very objects that they were", async () => {
    const { live, simulator, pass } = await followed(0.5, (each) => {
      long(400)(each);
      each.rest = "down";
    });
    const before = live.getState().written;
    simulator.rest = "up";
    await pass(2_000);
    expect(live.getState().written.slice(200)).toEqual(before);
    expect(live.getState().written.at(-1)).toBe(before.at(-1));
  });
});
