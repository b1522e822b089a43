import { developmentTokens, OneRing, type TokenSource } from "@onering/client";

/**
 * Tokens of a person of that name, who from then on is called so: a new person would be shown as a number otherwise.
 * Rejects with `Refused` or `Unreachable` if the service does not take them.
 */
export async function introduce(name: string): Promise<TokenSource> {
  const tokens = developmentTokens(name);
  const client = new OneRing({ tokens });
  const me = await client.me();
  if (me.display_name === null) await client.call("patch", "/v1/me", { body: { display_name: name } });
  return tokens;
}
