import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { useClerkToken, useOneRing } from "../../src/react.ts";
import { TestClerk } from "../rest/tokens.ts";

afterEach(cleanup);

it("follows who is signed in", async () => {
  const clerk = new TestClerk("user_alice", async (_, user) => `token of ${user}`);
  const { result } = renderHook(() => {
    const tokens = useClerkToken(clerk);
    return { tokens, userId: tokens.userId };
  });
  const { tokens } = result.current;
  expect(result.current.userId).toBe("user_alice");
  expect(await tokens.token()).toBe("token of user_alice");
  act(() => clerk.signIn("user_bob"));
  expect(result.current.userId).toBe("user_bob");
  act(() => clerk.signIn(null));
  expect(result.current.userId).toBeNull();
  expect(result.current.tokens).toBe(tokens);
  expect(await tokens.token()).toBeNull();
});

it("says what is missing without a provider", () => {
  expect(() => renderHook(useOneRing)).toThrow("<OneRingProvider>");
});
