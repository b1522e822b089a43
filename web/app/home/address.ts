import type { DraftsQuery } from "@onering/client";
import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** What the list can be narrowed to, in the order in which it is offered. */
export const FILTERS = ["all", "turn", "own", "completed", "archived", "public"] as const;
export type Filter = (typeof FILTERS)[number];

/** What is asked of the service for each. */
const QUERIES: Record<Filter, Omit<DraftsQuery, "cursor">> = {
  all: {},
  turn: { holding: true, status: "active" },
  own: { role: "owner" },
  completed: { status: "completed" },
  archived: { status: "archived" },
  public: { scope: "public", visibility: "public" },
};

/* Each draft comes with its last 200 segments, so pages are short. */
const PAGE = 20;

export const queryOf = (filter: Filter, sought: string): Omit<DraftsQuery, "cursor"> => ({
  ...QUERIES[filter],
  ...(sought === "" ? {} : { q: sought }),
  limit: PAGE,
});

export interface Address {
  filter: Filter;
  sought: string;
  change: (to: { filter?: Filter; sought?: string }) => void;
}

/** The filter and the search are in the page's address, so that it can be gone back to. */
export function useAddress(otherwise: Filter): Address {
  const [params, setParams] = useSearchParams();
  const asked = params.get("show");
  const filter = FILTERS.find((each) => each === asked) ?? otherwise;
  const sought = params.get("q")?.trim() ?? "";
  const change = useCallback(
    (to: { filter?: Filter; sought?: string }) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (to.filter !== undefined) set(next, "show", to.filter === otherwise ? "" : to.filter);
          if (to.sought !== undefined) set(next, "q", to.sought.trim());
          return next;
        },
        { replace: to.filter === undefined },
      ),
    [setParams, otherwise],
  );
  return { filter, sought, change };
}

function set(params: URLSearchParams, name: string, value: string): void {
  if (value === "") params.delete(name);
  else params.set(name, value);
}
