import { Refused, Unreachable } from "@onering/client";
import { text } from "../strings.ts";
import { number } from "./format.ts";

/** What a person is told of an error; `reference` names it to whoever runs the service. */
export interface Words {
  title: string;
  body: string;
  reference: string | null;
}

const codes = text.problems.codes;

/* Faults of the page or of the service: their detail is written for a programmer, so what the page says stands alone. */
const OURS: ReadonlySet<string> = new Set([
  "unauthorized",
  "not_found",
  "method_not_allowed",
  "payload_too_large",
  "headers_too_large",
  "request_timeout",
  "unsupported_media_type",
  "precondition_failed",
  "idempotency_mismatch",
  "rate_limited",
  "internal_error",
]);
const REPORTED: ReadonlySet<string> = new Set([
  "method_not_allowed",
  "headers_too_large",
  "unsupported_media_type",
  "idempotency_mismatch",
  "internal_error",
]);

/** The words for an error of the client library; any other is a fault of the page. */
export function wordsOf(error: Error): Words {
  if (error instanceof Unreachable) return { ...text.problems.unreachable, reference: null };
  if (!(error instanceof Refused)) return { ...text.problems.page, reference: null };
  const known = Object.hasOwn(codes, error.code) ? codes[error.code as keyof typeof codes] : text.problems.other;
  const body = OURS.has(error.code) ? known.body : inSentences(detailOf(error), known.body);
  return {
    title: known.title,
    body: error.retryAfter === null ? body : inSentences(body, text.problems.again(waiting(error.retryAfter))),
    reference: REPORTED.has(error.code) ? error.requestId : null,
  };
}

/** One sentence for a place where there is room for no more: a toast, a line under a field. */
export function sentenceOf(error: Error): string {
  const { title, body } = wordsOf(error);
  return body === "" ? title : body;
}

const inSentences = (...parts: string[]): string => parts.filter((part) => part !== "").join(" ");

/** The service's sentence; of several wrong fields, what is wrong with each. */
const detailOf = (error: Refused): string =>
  error.errors.length > 0 ? error.errors.map(({ msg }) => sentence(msg)).join(" ") : error.detail;

/** The service says of a field "must not be …"; alone that is a sentence. */
const sentence = (phrase: string): string =>
  `${phrase.slice(0, 1).toLocaleUpperCase()}${phrase.slice(1)}${/[.!?]$/.test(phrase) ? "" : "."}`;

const waiting = (seconds: number): string =>
  seconds < 90
    ? text.problems.seconds(number(Math.ceil(seconds)))
    : text.problems.minutes(number(Math.ceil(seconds / 60)));

/** Of a refused form what is wrong with each of these fields, and the error if it is about anything else. */
export function fieldErrors<Field extends string>(
  error: Error | null,
  known: readonly Field[],
): { fields: Partial<Record<Field, string>>; rest: Error | null } {
  const fields: Partial<Record<Field, string>> = {};
  if (!(error instanceof Refused)) return { fields, rest: error };
  for (const { loc, msg } of error.errors) {
    const field = known.find((each) => loc.includes(each));
    if (field === undefined) return { fields: {}, rest: error };
    fields[field] ??= sentence(msg);
  }
  return { fields, rest: error.errors.length === 0 ? error : null };
}
