import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Refused, Unreachable } from "@onering/client";
import { expect, test } from "vitest";
import { text } from "../strings.ts";
import { fieldErrors, sentenceOf, wordsOf } from "./problems.ts";

const refused = (code: string, detail = "Bob holds the ring.", more = {}) =>
  new Refused({ status: 409, code, detail, requestId: "r1", ...more });

/** The codes that the service knows, as it is written. */
function codes(): string[] {
  const source = readFileSync(join(import.meta.dirname, "../../../onering/http/problems.py"), "utf8");
  const titles = /^TITLES = \{$(.*?)^\}$/ms.exec(source)?.[1] ?? "";
  return [...titles.matchAll(/^ {4}"(\w+)":/gm)].map(([, code]) => code ?? "");
}

test("there are words for every code of the service, and for no others", () => {
  expect(codes().length).toBeGreaterThan(10);
  expect(Object.keys(text.problems.codes).sort()).toEqual(codes().sort());
});

test("what the service says to a person is said, what it says to a programmer is not", () => {
  expect(wordsOf(refused("ring_required")).body).toBe("Bob holds the ring.");
  expect(wordsOf(refused("internal_error", "Something went wrong here; the request id names it.")).body).toBe(
    text.problems.codes.internal_error.body,
  );
});

test("a code that nobody here knows has the words of no other", () => {
  for (const code of ["newer", "constructor", "__proto__"])
    expect(wordsOf(refused(code)).title).toBe(text.problems.other.title);
});

test("a fault of the service names the request to whoever runs it, a rule does not", () => {
  expect(wordsOf(refused("internal_error")).reference).toBe("r1");
  expect(wordsOf(refused("forbidden")).reference).toBeNull();
});

test("who has to wait is told how long", () => {
  expect(wordsOf(refused("limit_exceeded", "Bob was reminded.", { retryAfter: 40 })).body).toContain("40 seconds");
  expect(wordsOf(refused("rate_limited", "", { retryAfter: 3000 })).body).toContain("50 minutes");
});

test("no network, a strange code and a fault of the page have words, too", () => {
  expect(sentenceOf(new Unreachable("fetch failed"))).toBe(text.problems.unreachable.body);
  expect(wordsOf(refused("http_418", "The answer was 418."))).toMatchObject({ title: text.problems.other.title });
  expect(sentenceOf(new TypeError("x is undefined"))).toBe(text.problems.page.body);
});

test("what is wrong with a field is said at it, as a sentence", () => {
  const errors = [{ loc: ["body", "title"], msg: "must not be only white space" }];
  expect(fieldErrors(refused("validation_error", "title: …", { errors }), ["title"])).toEqual({
    fields: { title: "Must not be only white space." },
    rest: null,
  });
});

test("what is wrong with anything else is said of the whole form", () => {
  const error = refused("validation_error", "x: …", { errors: [{ loc: ["x"], msg: "is odd" }] });
  expect(fieldErrors(error, ["title"])).toEqual({ fields: {}, rest: error });
});
