/** What of a draft's history one looks at, as it stands in the address: `?at=17`, `?from=5&to=17`, `?show=pictures`. */

export type View =
  | { readonly show: "text"; readonly at: number | null }
  | { readonly show: "changes"; readonly from: number | null; readonly to: number | null }
  | { readonly show: "happened" }
  | { readonly show: "pictures" };

/** Goes to a view; `replace` leaves no step to go back to. */
export type Go = (view: View, options?: { readonly replace: boolean }) => void;

/** Reads the query of an address; what it does not understand it takes as the text as it is now. */
export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const [at, from, to] = ["at", "from", "to"].map((name) => version(query.get(name)));
  const show = query.get("show");
  if (at !== undefined && at !== null) return { show: "text", at };
  if (show === "changes" || query.has("from")) return { show: "changes", from: from ?? null, to: to ?? null };
  if (show === "happened" || show === "pictures") return { show };
  return { show: "text", at: null };
}

/** The query that `viewOf` reads as this view, with its question mark; empty for the text as it is now. */
export function searchOf(view: View): string {
  const query = new URLSearchParams();
  if (view.show === "text") {
    if (view.at !== null) query.set("at", `${view.at}`);
  } else if (view.show === "changes" && view.from !== null) {
    query.set("from", `${view.from}`);
    if (view.to !== null) query.set("to", `${view.to}`);
  } else {
    query.set("show", view.show);
  }
  const search = query.toString();
  return search === "" ? "" : `?${search}`;
}

function version(text: string | null): number | null {
  const number = text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 ? number : null;
}

/** A version that a draft of `head` versions has: beyond its end is its end. */
export function within(version: number, head: number): number {
  return Math.min(Math.max(version, 1), Math.max(head, 1));
}
