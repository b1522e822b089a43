import { expect, test } from "vitest";
import { factsOf } from "./facts.ts";
import { draftOf, stateOf } from "./given.tsx";

const draft = draftOf();

test("the owner comes first, then who writes, then who reads", () => {
  expect(factsOf(draft, stateOf(draft)).map(({ member }) => member.user_id)).toEqual(["alice", "bob", "vera"]);
});

test("who holds the ring, who is here and who has not written yet", () => {
  const [alice, bob, vera] = factsOf(draft, stateOf(draft));
  expect(alice).toMatchObject({ holds: false, here: true, silent: false });
  expect(bob).toMatchObject({ holds: true, here: true, silent: true });
  expect(vera).toMatchObject({ holds: false, here: false, silent: false });
});

test("of what is not known nothing is said", () => {
  const crowd = { people: ["bob"], count: 90, anonymous: 0, complete: false };
  const [alice, bob] = factsOf(draft, stateOf(draft, { older: "loading", presence: crowd }));
  expect(alice?.here).toBeUndefined();
  expect(bob).toMatchObject({ here: true, silent: false });
});
