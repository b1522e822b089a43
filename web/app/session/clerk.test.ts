import { expect, test } from "vitest";
import { clerkHost } from "./clerk.ts";

const key = (host: string) => `pk_test_${btoa(`${host}$`)}`;

test("a publishable key names the host of Clerk's front-end API", () => {
  expect(clerkHost(key("bright-owl-7.clerk.accounts.dev"))).toBe("bright-owl-7.clerk.accounts.dev");
  expect(clerkHost(key("localhost:4455"))).toBe("localhost:4455");
  expect(clerkHost(`pk_live_${btoa("clerk.example.com$").replace(/=+$/, "")}`)).toBe("clerk.example.com");
});

test.each([
  "",
  "pk_test_",
  "sk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
  `pk_test_${btoa("clerk.example.com")}`,
  key("evil.example/x?"),
  key("user@evil.example"),
  "pk_test_%%%",
])("%j names none", (wrong) => {
  expect(clerkHost(wrong)).toBeNull();
});
