import { act, cleanup, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { useGet } from "../../src/react.ts";
import { Desk, render } from "./service.tsx";

afterEach(cleanup);

function useDraftOf(id: string | null) {
  return useGet("/v1/collab/drafts/{draft_id}", id === null ? null : { path: { draft_id: id } });
}

function rendered(id: string | null) {
  const desk = new Desk();
  return { desk, ...render(desk.client(), useDraftOf, id) };
}

const asked = (desk: Desk, times: number) => waitFor(() => expect(desk.all).toHaveLength(times));

describe("an answer in a component", () => {
  it("is loading until it is there", async () => {
    const { desk, result } = rendered("one");
    expect(result.current).toMatchObject({ data: null, loading: true, error: null });
    await asked(desk, 1);
    desk.last.answer({ data: { title: "A walk" } });
    await waitFor(() => expect(result.current.data?.data.title).toBe("A walk"));
    expect(result.current).toMatchObject({ loading: false, error: null });
  });

  it("is not asked for without options", () => {
    const { desk, result } = rendered(null);
    expect(result.current).toMatchObject({ data: null, loading: false, error: null });
    expect(desk.all).toHaveLength(0);
  });

  it("is not asked for again by a component that renders again", async () => {
    const { desk, rerender } = rendered("one");
    await asked(desk, 1);
    rerender("one");
    expect(desk.all).toHaveLength(1);
  });

  it("of something else is never shown, and no longer waited for", async () => {
    const { desk, rerender, result } = rendered("one");
    await asked(desk, 1);
    desk.last.answer({ data: { title: "One" } });
    await waitFor(() => expect(result.current.data?.data.title).toBe("One"));
    rerender("two");
    expect(result.current).toMatchObject({ data: null, loading: true });
    await asked(desk, 2);
    rerender("three");
    expect(desk.all[1]?.signal.aborted).toBe(true);
    await asked(desk, 3);
    desk.last.answer({ data: { title: "Three" } });
    await waitFor(() => expect(result.current.data?.data.title).toBe("Three"));
    rerender(null);
    expect(result.current).toMatchObject({ data: null, loading: false });
  });

  it("stays while it is read again, and when that fails", async () => {
    const { desk, result } = rendered("one");
    await asked(desk, 1);
    desk.last.answer({ data: { title: "One" } });
    await waitFor(() => expect(result.current.loading).toBe(false));
    act(() => result.current.refresh());
    expect(result.current).toMatchObject({ data: { data: { title: "One" } }, loading: true });
    await asked(desk, 2);
    desk.last.answer({}, 404);
    await waitFor(() => expect(result.current.error).toMatchObject({ status: 404 }));
    expect(result.current).toMatchObject({ data: { data: { title: "One" } }, loading: false });
  });

  it("is no longer waited for once nobody shows it", async () => {
    const { desk, unmount } = rendered("one");
    await asked(desk, 1);
    unmount();
    expect(desk.last.signal.aborted).toBe(true);
  });
});
