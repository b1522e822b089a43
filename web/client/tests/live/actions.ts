/** What can happen to a reader, to others, to the network and to the service. */

import fc from "fast-check";
import type { Fault } from "./simulator.ts";

export type Action =
  | { readonly do: "others"; readonly what: Others; readonly times: number }
  | { readonly do: "me"; readonly what: "write" | "pass" }
  | { readonly do: "time"; readonly milliseconds: number }
  | { readonly do: "set"; readonly milliseconds: number }
  | { readonly do: "fault"; readonly fault: Fault }
  | { readonly do: "close"; readonly code: number }
  | { readonly do: "silent"; readonly silent: boolean }
  | { readonly do: "turn"; readonly turn: "online" | "offline" | "visible" }
  | { readonly do: "restore"; readonly back: number }
  | { readonly do: "goaway" | "token_expiring" }
  | { readonly do: "rest"; readonly rest: "up" | "down" | "deaf" };

const OTHERS = [
  "write",
  "amend",
  "withdraw",
  "pass to me",
  "rename",
  "let in",
  "limit",
  "complete",
  "erased",
  "newer",
] as const;
export type Others = (typeof OTHERS)[number];

/** Any of it; what happens more often in life does here. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("others" as const), what: fc.constantFrom(...OTHERS), times: fc.nat(8) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("others" as const),
      what: fc.constant("write" as const),
      times: fc.constant(30),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("me" as const),
      what: fc.constantFrom("write" as const, "write" as const, "pass" as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("time" as const),
      milliseconds: fc.constantFrom(0, 5, 15, 40, 100, 1_000, 6_000, 30_000, 70_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("set" as const),
      milliseconds: fc.constantFrom(-7_200_000, -20_000, 20_000, 7_200_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      fault: fc.constantFrom<Fault[]>("none", "dropped", "doubled", "swapped", "late", "torn"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("close" as const),
      code: fc.constantFrom(1001, 1006, 1012, 1013, 4000, 4001, 4002, 4003, 4005, 4401, 4429),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("silent" as const), silent: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("turn" as const),
      turn: fc.constantFrom("online" as const, "offline" as const, "visible" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), back: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("goaway" as const, "token_expiring" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("rest" as const),
      rest: fc.constantFrom("up" as const, "down" as const, "deaf" as const),
    }),
  },
);
