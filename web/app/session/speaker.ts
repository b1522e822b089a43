/** Who speaks on the page, of those who could. */
export type Speaker =
  | { readonly way: "clerk"; readonly userId: string }
  | { readonly way: "development"; readonly userId: string }
  | { readonly way: "none"; readonly userId: null };

interface Candidates {
  /** Who is signed in with Clerk. */
  clerk: string | null;
  /** Who this window is while developing. */
  local: string | null;
  /** Whether the service takes people at their word. */
  development: boolean;
}

/** Clerk's person before that of the window, and that before nobody, who can only read. */
export function speakerOf({ clerk, local, development }: Candidates): Speaker {
  if (clerk !== null) return { way: "clerk", userId: clerk };
  if (development && local !== null) return { way: "development", userId: local };
  return { way: "none", userId: null };
}
