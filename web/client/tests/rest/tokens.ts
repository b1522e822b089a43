/** Tokens and a Clerk for tests. */

import type { ClerkLike } from "../../src/clerk.ts";

/** A JWT that says when it is over, in milliseconds since 1970, and what it is called. */
export function jwt(expires: number, name = "token"): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ exp: Math.floor(expires / 1000), jti: name })}.`;
}

/** Clerk in a browser, as far as anybody here looks at it; its answers come when the test says so. */
export class TestClerk implements ClerkLike {
  user: { id: string } | null;
  session: ClerkLike["session"];
  /** For each time it was asked, whether its own cache was to be skipped. */
  readonly asked: boolean[] = [];
  readonly #answer: (fresh: boolean, user: string) => Promise<string | null>;
  readonly #listeners = new Set<() => void>();

  constructor(user: string | null, answer: (fresh: boolean, user: string) => Promise<string | null>) {
    this.#answer = answer;
    this.user = null;
    this.signIn(user);
  }

  addListener(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  signIn(user: string | null): void {
    this.user = user === null ? null : { id: user };
    this.session = user === null ? null : { getToken: ({ skipCache = false } = {}) => this.#ask(skipCache, user) };
    for (const listener of this.#listeners) listener();
  }

  /** As Clerk does all the time: another object for the same session. */
  refresh(): void {
    this.session = this.session && { ...this.session };
    for (const listener of this.#listeners) listener();
  }

  #ask(fresh: boolean, user: string): Promise<string | null> {
    this.asked.push(fresh);
    return this.#answer(fresh, user);
  }
}
