/** Where the tokens of the person who is signed in come from. */

/** Gives tokens for one person at a time. They are kept in memory alone. */
export interface TokenSource {
  /** Who is signed in, by their user id; null for nobody. */
  readonly userId: string | null;
  /** A token that lasts for the next call, or null for nobody. `fresh` asks for a new one, whatever is known.
   *
   * Rejects with `Refused` or `Unreachable` if none can be had.
   */
  token(options?: { readonly fresh?: boolean }): Promise<string | null>;
  /** Calls back when somebody else is signed in, or nobody any more; what it returns ends that. */
  onChange(listener: () => void): () => void;
}

/** Nobody is signed in. */
export const nobody: TokenSource = {
  userId: null,
  token: () => Promise.resolve(null),
  onChange: () => () => {},
};
