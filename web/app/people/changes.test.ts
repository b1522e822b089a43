import { expect, test } from "vitest";
import { conflicts, editCommand, faults, followed, settingsOf } from "./changes.ts";
import { DRAFT, draftOf } from "./given.tsx";

const base = settingsOf(draftOf());

test("only what was changed is sent", () => {
  expect(editCommand(DRAFT, base, { ...base, title: " Dusk ", platform: "blog" })).toEqual({
    type: "edit-draft",
    draft_id: DRAFT,
    title: "Dusk",
    platform: "blog",
  });
  expect(editCommand(DRAFT, base, { ...base })).toBeNull();
});

test("what is taken away is sent as nothing, hours as a number, a date with its offset", () => {
  const dated = { ...base, platform: "x" as const, publishAt: "2026-12-24T18:00" };
  expect(editCommand(DRAFT, dated, { ...dated, platform: "", publishAt: "" })).toMatchObject({
    platform: null,
    target_publish_at: null,
  });
  const command = editCommand(DRAFT, base, { ...base, turnLimit: "48", publishAt: "2026-12-24T18:00" });
  expect(command).toMatchObject({ turn_limit_hours: 48 });
  expect(command?.target_publish_at).toMatch(/^2026-12-24T18:00:00[+-]\d\d:\d\d$/);
});

test("what was not touched follows the draft, what was touched stays", () => {
  const form = { ...base, title: "Mine" };
  const now = { ...base, title: "Theirs", description: "New" };
  expect(followed(base, form, now)).toEqual({ ...base, title: "Mine", description: "New" });
});

test("changed here and there to something else is a conflict, to the same it is none", () => {
  const form = { ...base, title: "Mine", visibility: "public" as const };
  expect(conflicts(base, form, { ...base, title: "Theirs", visibility: "public" })).toEqual(["title"]);
  expect(conflicts(base, form, { ...base, description: "New" })).toEqual([]);
});

test("what the service would refuse is told by the field, if it was changed", () => {
  expect(faults(base, { ...base, title: "  " })).toEqual({ title: "empty" });
  expect(faults(base, { ...base, title: "😀".repeat(200) })).toEqual({});
  expect(faults(base, { ...base, title: "a".repeat(201), description: "b".repeat(2001) })).toEqual({
    title: "long",
    description: "long",
  });
  for (const turnLimit of ["0", "8761", "1.5", ""]) {
    expect(faults(base, { ...base, turnLimit })).toEqual({ turnLimit: "hours" });
  }
  const unknown = { ...base, turnLimit: "" };
  expect(faults(unknown, unknown)).toEqual({});
});
