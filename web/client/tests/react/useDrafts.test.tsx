import { act, cleanup, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { DraftsQuery } from "../../src/index.ts";
import { useDrafts } from "../../src/react.ts";
import { Desk, render } from "./service.tsx";

afterEach(cleanup);

function page(titles: string, next_cursor: string | null = null) {
  const data = titles.split(" ").map((title) => ({ draft_id: title.toLowerCase(), title }));
  return { data, count: data.length, next_cursor };
}

function rendered(query: DraftsQuery = {}) {
  const desk = new Desk();
  const hook = render(desk.client(), (query: DraftsQuery) => useDrafts(query), query);
  const titles = () => hook.result.current.drafts.map(({ title }) => title).join(" ");
  return { desk, titles, ...hook };
}

/** Waits until so many requests were made in all. */
const asked = (desk: Desk, times: number) => waitFor(() => expect(desk.all).toHaveLength(times));

async function look(event: "focus" | "online") {
  await act(async () => {
    window.dispatchEvent(new Event(event));
  });
}

describe("a list of drafts", () => {
  it("is loading until its first page is there", async () => {
    const { desk, result, titles } = rendered({ holding: true });
    expect(result.current).toMatchObject({ drafts: [], loading: true, error: null, more: null });
    await asked(desk, 1);
    expect(desk.last.url.search).toBe("?holding=true");
    desk.last.answer(page("A B"));
    await waitFor(() => expect(titles()).toBe("A B"));
    expect(result.current).toMatchObject({ loading: false, error: null, more: null });
  });

  it("has more while there is another page, and shows a draft that is on two of them once", async () => {
    const { desk, result, titles } = rendered();
    await asked(desk, 1);
    desk.last.answer(page("A B", "next"));
    await waitFor(() => expect(result.current.more).not.toBeNull());
    act(() => result.current.more?.());
    await asked(desk, 2);
    expect(desk.last.url.search).toBe("?cursor=next");
    expect(titles()).toBe("A B");
    desk.last.answer(page("B C"));
    await waitFor(() => expect(titles()).toBe("A B C"));
    expect(result.current.more).toBeNull();
  });

  it("keeps what it shows while all its pages are read again", async () => {
    const { desk, result, titles } = rendered();
    await asked(desk, 1);
    desk.last.answer(page("A", "next"));
    await waitFor(() => expect(result.current.more).not.toBeNull());
    act(() => result.current.more?.());
    await asked(desk, 2);
    desk.last.answer(page("B"));
    await waitFor(() => expect(titles()).toBe("A B"));
    act(() => result.current.refresh());
    expect(result.current.loading).toBe(true);
    await asked(desk, 3);
    desk.last.answer(page("C", "later"));
    await asked(desk, 4);
    expect(desk.last.url.search).toBe("?cursor=later");
    expect(titles()).toBe("A B");
    desk.last.answer(page("A B"));
    await waitFor(() => expect(titles()).toBe("C A B"));
  });

  it("keeps what it shows beside the error when reading again fails, and forgets the error afterwards", async () => {
    const { desk, result, titles } = rendered();
    await asked(desk, 1);
    desk.last.answer(page("A"));
    await waitFor(() => expect(titles()).toBe("A"));
    act(() => result.current.refresh());
    await asked(desk, 2);
    desk.last.fail();
    await waitFor(() => expect(result.current.error?.name).toBe("Unreachable"));
    expect(titles()).toBe("A");
    act(() => result.current.refresh());
    await asked(desk, 3);
    desk.last.answer(page("B"));
    await waitFor(() => expect(titles()).toBe("B"));
    expect(result.current.error).toBeNull();
  });

  it("says why there is nothing to show", async () => {
    const { desk, result } = rendered();
    await asked(desk, 1);
    desk.last.answer({}, 401);
    await waitFor(() => expect(result.current.error).toMatchObject({ name: "Refused", status: 401 }));
    expect(result.current.loading).toBe(false);
  });

  it("never lets an older answer replace a newer one", async () => {
    const { desk, result, titles } = rendered();
    await asked(desk, 1);
    act(() => result.current.refresh());
    await asked(desk, 2);
    expect(desk.all[0]?.signal.aborted).toBe(true);
    desk.all[1]?.answer(page("NEW"));
    await waitFor(() => expect(titles()).toBe("NEW"));
    desk.all[0]?.answer(page("OLD"));
    await look("focus");
    await asked(desk, 3);
    expect(titles()).toBe("NEW");
  });

  it("reads from the start when more is wanted while it is read again", async () => {
    const { desk, result, titles } = rendered();
    await asked(desk, 1);
    desk.last.answer(page("A", "next"));
    await waitFor(() => expect(result.current.more).not.toBeNull());
    act(() => result.current.refresh());
    await asked(desk, 2);
    act(() => result.current.more?.());
    await asked(desk, 3);
    expect(desk.last.url.search).toBe("");
    desk.last.answer(page("B", "other"));
    await asked(desk, 4);
    expect(desk.last.url.search).toBe("?cursor=other");
    desk.last.answer(page("A"));
    await waitFor(() => expect(titles()).toBe("B A"));
  });

  it("shows nothing of one query as the answer to another", async () => {
    const { desk, rerender, result, titles } = rendered({ q: "dawn" });
    await asked(desk, 1);
    desk.last.answer(page("A"));
    await waitFor(() => expect(titles()).toBe("A"));
    rerender({ q: "dusk" });
    expect(result.current).toMatchObject({ drafts: [], loading: true });
    await asked(desk, 2);
    expect(desk.last.url.search).toBe("?q=dusk");
    desk.last.answer(page("B"));
    await waitFor(() => expect(titles()).toBe("B"));
  });

  it("does not ask again for a query that says the same", async () => {
    const { desk, rerender, titles } = rendered({ q: "dawn" });
    await asked(desk, 1);
    desk.last.answer(page("A"));
    await waitFor(() => expect(titles()).toBe("A"));
    rerender({ q: "dawn" });
    expect(desk.all).toHaveLength(1);
  });
});

describe("it is read again", () => {
  it("when the page is looked at, unless it is being read", async () => {
    const { desk, titles } = rendered();
    await asked(desk, 1);
    await look("focus");
    expect(desk.all).toHaveLength(1);
    desk.last.answer(page("A"));
    await waitFor(() => expect(titles()).toBe("A"));
    await look("focus");
    await asked(desk, 2);
  });

  it("when the network is back, whatever was under way", async () => {
    const { desk } = rendered();
    await asked(desk, 1);
    await look("online");
    await asked(desk, 2);
    expect(desk.all[0]?.signal.aborted).toBe(true);
  });

  it("no more once nobody shows it", async () => {
    const { desk, unmount } = rendered();
    await asked(desk, 1);
    unmount();
    expect(desk.last.signal.aborted).toBe(true);
    await look("focus");
    await look("online");
    expect(desk.all).toHaveLength(1);
  });
});
