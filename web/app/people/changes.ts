import type { CommandOf, Draft, Platform, Visibility } from "@onering/client";
import { fromLocal, toLocal } from "./localTime.ts";
import { turnLimit } from "./turnLimit.ts";

/** A draft's settings as the form has them: the words in its controls. */
export interface Settings {
  readonly title: string;
  readonly description: string;
  /** Empty: none is chosen. */
  readonly platform: Platform | "";
  readonly visibility: Visibility;
  /** Hours; empty where the draft does not tell how many there are. */
  readonly turnLimit: string;
  /** A local date and time; empty: no date. */
  readonly publishAt: string;
}

export type SettingName = keyof Settings;

export const settingNames: readonly SettingName[] = [
  "title",
  "description",
  "platform",
  "visibility",
  "turnLimit",
  "publishAt",
];

/** Return a draft's settings, as the form shows them. */
export function settingsOf(draft: Draft): Settings {
  const hours = turnLimit(draft);
  return {
    title: draft.title,
    description: draft.description,
    platform: draft.platform ?? "",
    visibility: draft.visibility,
    turnLimit: hours === null ? "" : String(hours),
    publishAt: toLocal(draft.target_publish_at),
  };
}

/** Return what was changed in the form: what is other than it was when the form was filled. */
export function changed(base: Settings, form: Settings): readonly SettingName[] {
  return settingNames.filter((name) => form[name] !== base[name]);
}

/** Return what somebody else changed while it was being changed here, and not to the same. */
export function conflicts(base: Settings, form: Settings, now: Settings): readonly SettingName[] {
  return changed(base, form).filter((name) => now[name] !== base[name] && now[name] !== form[name]);
}

/** Return the form after the draft became `now`: what was not touched here follows it. */
export function followed(base: Settings, form: Settings, now: Settings): Settings {
  return Object.fromEntries(
    settingNames.map((name) => [name, form[name] === base[name] ? now[name] : form[name]]),
  ) as unknown as Settings;
}

export const LONGEST = { title: 200, description: 2000, turnLimit: 24 * 365 } as const;

export type Fault = "empty" | "long" | "hours" | "date";

/** Return what the service would refuse, of what was changed: texts are measured in characters. */
export function faults(base: Settings, form: Settings): Partial<Record<SettingName, Fault>> {
  const found: Partial<Record<SettingName, Fault>> = {};
  const touched = new Set(changed(base, form));
  if (touched.has("title")) {
    if (form.title.trim() === "") found.title = "empty";
    else if ([...form.title].length > LONGEST.title) found.title = "long";
  }
  if (touched.has("description") && [...form.description].length > LONGEST.description) found.description = "long";
  const hours = Number(form.turnLimit);
  const possible = Number.isInteger(hours) && hours >= 1 && hours <= LONGEST.turnLimit;
  if (touched.has("turnLimit") && !possible) found.turnLimit = "hours";
  if (touched.has("publishAt") && form.publishAt !== "" && fromLocal(form.publishAt) === null) found.publishAt = "date";
  return found;
}

/** Return the one command that changes what was changed and nothing else; null if nothing was. */
export function editCommand(draftId: string, base: Settings, form: Settings): CommandOf<"edit-draft"> | null {
  const touched = changed(base, form);
  if (touched.length === 0) return null;
  const said = touched.map((name) => sent(name, form));
  return Object.assign({ type: "edit-draft" as const, draft_id: draftId }, ...said);
}

function sent(name: SettingName, form: Settings): Partial<CommandOf<"edit-draft">> {
  switch (name) {
    case "title":
      return { title: form.title.trim() };
    case "description":
      return { description: form.description };
    case "platform":
      return { platform: form.platform === "" ? null : form.platform };
    case "visibility":
      return { visibility: form.visibility };
    case "turnLimit":
      return { turn_limit_hours: Number(form.turnLimit) };
    case "publishAt":
      return { target_publish_at: fromLocal(form.publishAt) };
  }
}
