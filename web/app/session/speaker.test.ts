import { expect, test } from "vitest";
import { speakerOf } from "./speaker.ts";

test("whoever is signed in with Clerk speaks before the person of the window", () => {
  expect(speakerOf({ clerk: "user_1", local: "alice", development: true })).toEqual({ way: "clerk", userId: "user_1" });
});

test("without Clerk's person it is that of the window, where the service takes people at their word", () => {
  expect(speakerOf({ clerk: null, local: "alice", development: true })).toEqual({
    way: "development",
    userId: "alice",
  });
});

test("elsewhere a name in the window makes nobody of anybody", () => {
  expect(speakerOf({ clerk: null, local: "alice", development: false })).toEqual({ way: "none", userId: null });
});

test("who is nobody can read", () => {
  expect(speakerOf({ clerk: null, local: null, development: true })).toEqual({ way: "none", userId: null });
});
