import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OneRing, type TokenSource } from "../../src/index.ts";
import { OneRingProvider, useDraft, usePresence } from "../../src/react.ts";
import { DRAFT, ME, Model } from "../live/model.ts";

/** Sockets that a test speaks through. */
class Wire {
  static opened: Wire[] = [];
  readonly said: string[] = [];
  readonly url: string;
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
    Wire.opened.push(this);
  }

  send(text: string): void {
    this.said.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  say(...frames: object[]): void {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const me: TokenSource = { userId: ME, token: () => Promise.resolve("token"), onChange: () => () => {} };

beforeEach(() => {
  Wire.opened = [];
  vi.stubGlobal("WebSocket", Wire);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function below(client = new OneRing({ baseUrl: "http://service", tokens: me })) {
  return ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <OneRingProvider client={client}>{children}</OneRingProvider>
    </StrictMode>
  );
}

async function joined(model: Model): Promise<Wire> {
  await waitFor(() => expect(Wire.opened).toHaveLength(1));
  return join(model);
}

async function join(model: Model): Promise<Wire> {
  const [wire] = Wire.opened;
  if (wire === undefined) throw new Error("nothing was opened");
  const { epochId, head } = model;
  const welcome = {
    type: "welcome",
    user_id: ME,
    epoch: epochId,
    from: head,
    head,
    mode: "snapshot",
    heartbeat_seconds: 25,
  };
  await act(async () => {
    wire.onopen?.();
    wire.say(welcome, { type: "snapshot", version: head, draft: model.snapshot() }, { type: "live", version: head });
  });
  return wire;
}

describe("a draft in components", () => {
  it("is shared by all that use it, over one connection, also in strict mode", async () => {
    const model = new Model();
    const wrapper = below();
    const both = () => ({ one: useDraft(DRAFT), two: useDraft(DRAFT), there: usePresence(DRAFT) });
    const { result } = renderHook(both, { wrapper });
    expect(result.current.one.standing).toBe("connecting");
    const wire = await joined(model);
    expect(wire.url).toBe(`ws://service/v1/ws/drafts/${DRAFT}`);
    expect(result.current.one).toMatchObject({ standing: "live", draft: { title: "A walk" } });
    expect(result.current.two.draft).toBe(result.current.one.draft);
    const presence = { type: "presence", mode: "state", people: [ME], left: [], count: 1, anonymous: 2 };
    await act(async () => wire.say(presence, { type: "typing", user_id: "anna", seconds: 6 }));
    expect(result.current.there).toEqual({ people: [ME], count: 1, anonymous: 2, complete: true, typing: "anna" });
    expect(Wire.opened).toHaveLength(1);
  });

  it("stops with the last that uses it", async () => {
    const model = new Model();
    const wrapper = below();
    const one = renderHook(() => useDraft(DRAFT), { wrapper });
    const two = renderHook(() => usePresence(DRAFT), { wrapper });
    const wire = await joined(model);
    one.unmount();
    await act(async () => wire.say({ type: "typing", user_id: "anna", seconds: 6 }));
    await waitFor(() => expect(two.result.current.typing).toBe("anna"));
    expect(wire.isClosed).toBe(false);
    two.unmount();
    await waitFor(() => expect(wire.isClosed).toBe(true));
    expect(wire.said.at(-1)).toBe('{"type":"bye"}');
    expect(Wire.opened).toHaveLength(1);
  });

  it("leaves no socket, timer or listener behind, also in strict mode", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const listening: unknown[] = [];
    for (const target of [window, document]) {
      vi.spyOn(target, "addEventListener").mockImplementation((...added) => void listening.push(added[1]));
      vi.spyOn(target, "removeEventListener").mockImplementation((...removed) => {
        const at = listening.indexOf(removed[1]);
        if (at >= 0) listening.splice(at, 1);
      });
    }
    const before = { timers: vi.getTimerCount(), listeners: listening.length };
    const { unmount } = renderHook(() => [useDraft(DRAFT), usePresence(DRAFT)], { wrapper: below() });
    await vi.advanceTimersByTimeAsync(10);
    const wire = await join(new Model());
    await act(async () => wire.say({ type: "typing", user_id: "anna", seconds: 6 }, { type: "goaway", window: 9 }));
    expect(vi.getTimerCount()).toBeGreaterThan(before.timers);
    expect(listening.length).toBeGreaterThan(before.listeners);
    unmount();
    await vi.advanceTimersByTimeAsync(10);
    expect(wire.isClosed).toBe(true);
    expect({ timers: vi.getTimerCount(), listeners: listening.length }).toEqual(before);
  });

  it("renders once for all events that come together, however many", async () => {
    const model = new Model();
    let renders = 0;
    const { result } = renderHook(
      () => {
        renders++;
        return useDraft(DRAFT);
      },
      { wrapper: below() },
    );
    const wire = await joined(model);
    const before = renders;
    const events = Array.from({ length: 200 }, (_, index) =>
      model.append("draft_renamed", "anna", { title: `Title ${index}` }),
    );
    await act(async () => wire.say({ type: "events", events }));
    expect(result.current.draft?.title).toBe("Title 199");
    // Strict mode renders everything twice.
    expect(renders - before).toBe(2);
  });

  it("is the same one for whoever comes back while something of theirs is on its way", async () => {
    const model = new Model();
    const requests: ((answer: Response) => void)[] = [];
    const fetch = () => new Promise<Response>((answer) => requests.push(answer));
    const wrapper = below(new OneRing({ baseUrl: "http://service", tokens: me, fetch }));
    const first = renderHook(() => useDraft(DRAFT), { wrapper });
    const wire = await joined(model);
    const sending = first.result.current.send({ type: "add-segment", draft_id: DRAFT, content: "On its way" });
    await waitFor(() => expect(requests).toHaveLength(1));
    first.unmount();
    await waitFor(() => expect(wire.isClosed).toBe(true));
    const second = renderHook(() => useDraft(DRAFT), { wrapper });
    expect(second.result.current.written.map(({ segment }) => segment.content)).toEqual(["On its way"]);
    second.unmount();
    const outcome = { draft_id: DRAFT, version: 3, position: "0.3" };
    requests[0]?.(Response.json({ data: outcome }));
    await expect(sending).resolves.toMatchObject(outcome);
  });

  it("renders once for one event, and who is there does not render for it", async () => {
    const model = new Model();
    const client = new OneRing({ baseUrl: "http://service", tokens: me });
    const renders = { draft: 0, presence: 0 };
    const { result } = renderHook(
      () => {
        renders.draft++;
        return useDraft(DRAFT);
      },
      { wrapper: below(client) },
    );
    renderHook(
      () => {
        renders.presence++;
        return usePresence(DRAFT);
      },
      { wrapper: below(client) },
    );
    const wire = await joined(model);
    const before = { ...renders };
    const { written } = result.current;
    await act(async () =>
      wire.say({ type: "events", events: [model.append("draft_renamed", "anna", { title: "Other" })] }),
    );
    expect(result.current.draft?.title).toBe("Other");
    // Strict mode renders everything twice.
    expect({ draft: renders.draft - before.draft, presence: renders.presence - before.presence }).toEqual({
      draft: 2,
      presence: 0,
    });
    expect(result.current.written).toBe(written);
  });

  it("of another id is another draft", async () => {
    const { rerender, result } = renderHook((id: string) => useDraft(id), { wrapper: below(), initialProps: DRAFT });
    await joined(new Model());
    rerender("another");
    expect(result.current.draft).toBeNull();
    await waitFor(() => expect(Wire.opened.map(({ isClosed }) => isClosed)).toEqual([true, false]));
    expect(Wire.opened[1]?.url).toContain("another");
  });
});
