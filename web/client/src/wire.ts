/** One request and its answer, over openapi-fetch: the URL, the body, the time it may take, and what is no answer. */

import createClient from "openapi-fetch";
import type { Clock } from "./clock.ts";
import type { Method } from "./operations.ts";
import { refusal, Unreachable } from "./refusals.ts";

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
  request(method: Method, url: string, init: object): Promise<{ data?: unknown; error?: unknown; response: Response }>;
}

/** Sends requests, each once. */
export class Wire {
  readonly #requests: Requests;
  readonly #timeout: number;
  readonly #clock: Clock;

  constructor({ baseUrl, fetch, timeout, clock }: WireOptions) {
    // Only a page's own `Request` takes a path; others want to know where that is.
    const root = baseUrl || (globalThis.location?.origin ?? "");
    this.#requests = createClient({ baseUrl: root, fetch }) as unknown as Requests;
    this.#timeout = timeout;
    this.#clock = clock;
  }

  /** The body of the answer. Rejects with `Refused`, `Unreachable`, or the signal's reason. */
  async ask({ method, url, path, query, body, headers, signal }: Asked, token: string | null): Promise<unknown> {
    signal?.throwIfAborted();
    const deadline = new Deadline(this.#timeout, this.#clock, signal);
    try {
      const { data, error, response } = await this.#requests.request(method, url, {
        params: { path, query },
        body,
        headers: { ...headers, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
        signal: deadline.signal,
        parseAs: "blob",
      });
      if (!response.ok) throw refusal(response, error);
      return await read(data);
    } catch (fault) {
      signal?.throwIfAborted();
      throw isNoAnswer(fault) ? new Unreachable("The service can't be reached.", { cause: fault }) : fault;
    } finally {
      deadline.end();
    }
  }
}

/** A signal that is aborted with another one, or when the time is over. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #cancel: () => void;
  readonly #abort = () => this.#controller.abort();

  constructor(milliseconds: number, clock: Clock, outer: AbortSignal | undefined) {
    this.#outer = outer;
    this.#cancel = clock.after(milliseconds, this.#abort);
    outer?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    this.#cancel();
    this.#outer?.removeEventListener("abort", this.#abort);
  }
}

/** `fetch` rejects with these alone: nothing came, the time was over, or what came was cut off or is no JSON. */
function isNoAnswer(fault: unknown): boolean {
  return fault instanceof TypeError || fault instanceof DOMException || fault instanceof SyntaxError;
}

async function read(data: unknown): Promise<unknown> {
  if (!(data instanceof Blob)) return data;
  if (/\bjson\b/.test(data.type)) return JSON.parse(await data.text());
  return /^text\/|\+xml\b/.test(data.type) ? await data.text() : data;
}
