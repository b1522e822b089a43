/** What a call can end in instead of an answer: the service says no, or nobody answers. */

import type { FieldFault, Problem } from "./model.ts";

/** The service answered, and the answer is no: a problem document (RFC 9457). */
export class Refused extends Error {
  override readonly name = "Refused";
  /** The HTTP status. */
  readonly status: number;
  /** Which rule it is, for programs: `ring_required`, `not_found`, … Without a body, `http_` and the status. */
  readonly code: string;
  /** What is wrong and what to do about it, in a sentence of the service. */
  readonly detail: string;
  /** How the service's own records name the request. */
  readonly requestId: string | null;
  /** Seconds after which another try may do. */
  readonly retryAfter: number | null;
  /** Which fields of the request are wrong. */
  readonly errors: readonly FieldFault[];

  constructor(refusal: RefusalParts) {
    super(refusal.detail);
    this.status = refusal.status;
    this.code = refusal.code;
    this.detail = refusal.detail;
    this.requestId = refusal.requestId ?? null;
    this.retryAfter = refusal.retryAfter ?? null;
    this.errors = refusal.errors ?? [];
  }
}

/** Nobody answered in time: there is no network, no service, or something between that is neither. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** What a `Refused` is made of. */
export interface RefusalParts {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string | null;
  readonly retryAfter?: number | null;
  readonly errors?: readonly FieldFault[];
}

/** Reads what an answer that is not 2xx says; a proxy's answer says nothing but its status. */
export function refusal(response: Response, body: unknown): Refused {
  const problem = isProblem(body) ? body : null;
  return new Refused({
    status: response.status,
    code: problem?.error.code ?? `http_${response.status}`,
    detail: problem?.detail ?? `The answer was ${[response.status, response.statusText].filter(Boolean).join(" ")}.`,
    requestId: problem?.error.request_id ?? response.headers.get("X-Request-Id"),
    retryAfter: seconds(response.headers.get("Retry-After")),
    errors: problem?.errors ?? [],
  });
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== "object" || body === null || !("error" in body) || !("detail" in body)) return false;
  const { error, detail } = body;
  return typeof detail === "string" && typeof error === "object" && error !== null && "code" in error;
}

function seconds(retryAfter: string | null): number | null {
  return retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
}

/** Returns what a call ended in; anything else is a defect, and is thrown on. */
export function isFault(fault: unknown): Refused | Unreachable {
  if (fault instanceof Refused || fault instanceof Unreachable) return fault;
  throw fault;
}
