/** Tokens to develop with: on your own machine you are whoever you say you are. */

import type { Clock } from "./clock.ts";
import { refusal, Unreachable } from "./refusals.ts";
import { Renewal } from "./renewal.ts";
import type { components } from "./schema.ts";
import type { TokenSource } from "./tokens.ts";

/** What tests replace. */
export interface DevelopmentSeams {
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** Tokens for a person of that name, from a service that runs in `local` or `test`; others have no such route. */
export function developmentTokens(userId: string, baseUrl = "", seams: DevelopmentSeams = {}): TokenSource {
  const { fetch: send = globalThis.fetch, ...rest } = seams;
  const renewal = new Renewal({ ask: () => mint(userId, baseUrl, send), ...rest });
  return {
    userId,
    token: ({ fresh = false } = {}) => renewal.token(fresh),
    onChange: () => () => {},
  };
}

async function mint(userId: string, baseUrl: string, send: typeof fetch): Promise<string> {
  const response = await answered(userId, baseUrl, send);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response, body);
  if (!isToken(body)) throw new Unreachable("What answered is not the service.");
  return body.data.token;
}

async function answered(userId: string, baseUrl: string, send: typeof fetch): Promise<Response> {
  try {
    return await send(`${baseUrl}/v1/dev/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user_id: userId }),
    });
  } catch (fault) {
    throw new Unreachable("The service can't be reached.", { cause: fault });
  }
}

function isToken(body: unknown): body is components["schemas"]["TokenAnswer"] {
  if (typeof body !== "object" || body === null || !("data" in body)) return false;
  const { data } = body;
  return typeof data === "object" && data !== null && "token" in data && typeof data.token === "string";
}
