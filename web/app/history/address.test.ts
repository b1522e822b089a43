import fc from "fast-check";
import { expect, test } from "vitest";
import { searchOf, type View, viewOf, within } from "./address.ts";

test.each<[string, View]>([
  ["", { show: "text", at: null }],
  ["?at=17", { show: "text", at: 17 }],
  ["?from=5&to=17", { show: "changes", from: 5, to: 17 }],
  ["?from=5", { show: "changes", from: 5, to: null }],
  ["?show=changes", { show: "changes", from: null, to: null }],
  ["?show=happened", { show: "happened" }],
  ["?show=pictures", { show: "pictures" }],
])("%j leads to %j", (search, view) => {
  expect(viewOf(search)).toEqual(view);
});

test.each(["?at=0", "?at=-3", "?at=1e9", "?at=17.5", "?at=", "?at=%3Cscript%3E", "?show=everything"])(
  "%j, which is no version, leads to the text as it is now",
  (search) => {
    expect(viewOf(search)).toEqual({ show: "text", at: null });
  },
);

test("every view comes back from its own address", () => {
  const version = fc.integer({ min: 1, max: 999_999_999 });
  const view: fc.Arbitrary<View> = fc.oneof(
    fc.record({ show: fc.constant("text" as const), at: fc.option(version) }),
    fc.record({ show: fc.constant("changes" as const), from: version, to: fc.option(version) }),
    fc.constantFrom<View>({ show: "happened" }, { show: "pictures" }, { show: "changes", from: null, to: null }),
  );
  fc.assert(
    fc.property(view, (each) => {
      expect(viewOf(searchOf(each))).toEqual(each);
    }),
  );
});

test("a version beyond the end is the end", () => {
  expect([within(0, 9), within(4, 9), within(12, 9), within(3, 0)]).toEqual([1, 4, 9, 1]);
});
