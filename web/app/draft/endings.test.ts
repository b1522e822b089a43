// @vitest-environment node
import { expect, test } from "vitest";
import { endingOf } from "./endings.ts";

test.each([
  [4404, false, "missing"],
  [4403, false, "missing"],
  [4401, false, "missing"],
  [4403, true, "access"],
  [4404, true, "access"],
  [4401, true, "signedOut"],
  [4429, true, "crowded"],
  [4400, true, "broken"],
])("the code %d, with the draft on the screen before: %s, is %s", (code, wasOpen, ending) => {
  expect(endingOf(code, wasOpen)).toBe(ending);
});
