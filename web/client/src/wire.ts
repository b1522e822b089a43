/** One request and its answer, over openapi-fetch: the URL, the body, the time it may take, and what is no answer. */

import createClient from "openapi-fetch";
import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import type { Method } from "./operations.ts";
import { Refused, refusal, Unreachable } from "./refusals.ts";

/** What is asked, without the types that `OneRing` puts on it. */
export interface Asked {
  readonly method: Method;
  /** A path of the API with its `{parameters}`. */
  readonly url: string;
  readonly path?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where to and how long, in milliseconds. */
export interface WireOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly timeout: number;
  readonly clock: Clock;
}

/** openapi-fetch for routes that are only known when it is called. */
interface Requests {
  request(method: Method, url: string, init: object): Promise<{ error?: unknown; response: Response }>;
}

/** Sends requests, each once. */
export class Wire {
  readonly #requests: Requests;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #clock: Clock;

  constructor({ baseUrl, fetch, timeout, clock }: WireOptions) {
    // Only a page's own `Request` takes a path; others want to know where that is.
    const root = baseUrl || (globalThis.location?.origin ?? "");
    this.#requests = createClient({ baseUrl: root }) as unknown as Requests;
    this.#fetch = fetch;
    this.#timeout = timeout;
    this.#clock = clock;
  }

  /** The body of the answer. Rejects with `Refused`, `Unreachable`, or the signal's reason. */
  async ask({ method, url, path, query, body, headers, signal }: Asked, token: string | null): Promise<unknown> {
    signal?.throwIfAborted();
    const deadline = new Deadline(this.#timeout, this.#clock, signal);
    let sent = false;
    try {
      const { error, response } = await this.#requests.request(method, url, {
        params: { path, query },
        body,
        headers: { ...headers, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
        signal: deadline.signal,
        // What it is, is told by the answer, so it is read below.
        parseAs: "stream",
        fetch: (request: Request) => {
          sent = true;
          return this.#fetch(request);
        },
      });
      if (!response.ok) throw refusal(response, error);
      return await read(response);
    } catch (fault) {
      signal?.throwIfAborted();
      // Once it is sent, anything else is the network's doing: nothing came, it was cut off, or it is no JSON.
      if (!sent || fault instanceof Refused) throw fault;
      throw new Unreachable("The service can't be reached.", { cause: fault });
    } finally {
      deadline.end();
    }
  }
}

async function read(response: Response): Promise<unknown> {
  const type = response.headers.get("Content-Type") ?? "";
  if (/\bjson\b/.test(type)) return response.json();
  if (/^text\/|\+xml\b/.test(type)) return response.text();
  return response.status === 204 ? undefined : response.blob();
}
