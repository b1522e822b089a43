/** Tokens of a person who is signed in with Clerk. */

import type { Clock } from "./clock.ts";
import { Renewal } from "./renewal.ts";
import type { TokenSource } from "./tokens.ts";

/** What is needed of Clerk: `window.Clerk`, or what `useClerk()` returns. */
export interface ClerkLike {
  readonly user?: { readonly id: string } | null | undefined;
  readonly session?: { getToken(options?: { skipCache?: boolean }): Promise<string | null> } | null | undefined;
  /** Calls back when the person, the session or the organisation changes; what it returns ends that. */
  addListener(listener: () => void): () => void;
}

/** A session token is asked for again after a minute at most, so that a session that was ended is noticed. */
const LONGEST = 60_000;

/** The session tokens of whoever is signed in, as Clerk hands them out.
 *
 * Clerk is asked before a call when fewer than 10 s of a token remain, and at least every 60 s.
 */
export function clerkTokens(clerk: ClerkLike, options: { readonly clock?: Clock } = {}): TokenSource {
  const renewal = new Renewal({
    ask: async (fresh) => (await clerk.session?.getToken({ skipCache: fresh })) ?? null,
    longest: LONGEST,
    ...options,
  });
  return new ClerkTokens(clerk, renewal);
}

class ClerkTokens implements TokenSource {
  readonly #clerk: ClerkLike;
  readonly #renewal: Renewal;
  readonly #listeners = new Set<() => void>();
  #known: string | null;
  #unsubscribe: (() => void) | null = null;

  constructor(clerk: ClerkLike, renewal: Renewal) {
    this.#clerk = clerk;
    this.#renewal = renewal;
    this.#known = this.userId;
  }

  get userId(): string | null {
    return (this.#clerk.session && this.#clerk.user?.id) ?? null;
  }

  token({ fresh = false } = {}): Promise<string | null> {
    this.#changed();
    return this.userId === null ? Promise.resolve(null) : this.#renewal.token(fresh);
  }

  /** Clerk is listened to as long as somebody listens here, so a source that nobody uses any more is nothing to it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#unsubscribe ??= this.#clerk.addListener(() => this.#changed());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    };
  }

  #changed(): void {
    if (this.#known === this.userId) return;
    this.#known = this.userId;
    this.#renewal.forget();
    for (const listener of [...this.#listeners]) listener();
  }
}
