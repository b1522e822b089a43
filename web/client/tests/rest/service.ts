/** A service that answers what a test says, and keeps what it was asked. */

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer, a failure of the network, or what makes either of a request. */
export type Reply = Response | Error | ((request: Request) => Promise<Response> | Response);

export class Script {
  readonly heard: Heard[] = [];
  readonly #replies: Reply[];

  constructor(...replies: Reply[]) {
    this.#replies = replies;
  }

  queue(...replies: Reply[]): void {
    this.#replies.push(...replies);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), "http://ring.test"), init);
    const { method, url, headers } = request;
    this.heard.push({ method, url, headers, body: await request.clone().text() });
    const reply = this.#replies.shift();
    if (reply === undefined) throw new Error(`Nobody expected ${method} ${url}.`);
    if (reply instanceof Error) throw reply;
    return typeof reply === "function" ? reply(request) : reply;
  };

  /** The tokens that were sent, in order. */
  get tokens(): (string | null)[] {
    return this.heard.map(({ headers }) => headers.get("Authorization")?.replace("Bearer ", "") ?? null);
  }

  /** The keys that were sent, in order. */
  get keys(): (string | null)[] {
    return this.heard.map(({ headers }) => headers.get("Idempotency-Key"));
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const detail = `It is ${code}.`;
  const error = { code, message: detail, request_id: "request-1" };
  const body = { type: "about:blank", title: code, status, detail, instance: "/", error };
  return json(body, status, { ...headers, "Content-Type": "application/problem+json" });
}

/** What `fetch` rejects with when nobody answers. */
export const noNetwork = () => new TypeError("fetch failed");

/** A request that is never answered, until it is aborted. */
export const silence = (request: Request) =>
  new Promise<Response>((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });
