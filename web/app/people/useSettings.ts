import type { Draft } from "@onering/client";
import { useState } from "react";
import { changed, conflicts, followed, type SettingName, type Settings, settingsOf } from "./changes.ts";

/** The form over a draft that may change meanwhile. */
export interface SettingsForm {
  readonly base: Settings;
  readonly form: Settings;
  readonly now: Settings;
  readonly changed: readonly SettingName[];
  /** Changed here and elsewhere, to something else: to be decided before it is saved. */
  readonly conflicts: readonly SettingName[];
  readonly set: <Name extends SettingName>(name: Name, value: Settings[Name]) => void;
  /** Take what it was changed to elsewhere. */
  readonly takeTheirs: (name: SettingName) => void;
  /** Keep what is written here, knowing what it was changed to. */
  readonly keepMine: (name: SettingName) => void;
}

/** The settings of `draft` as somebody edits them; what they did not touch follows the draft. */
export function useSettings(draft: Draft): SettingsForm {
  const now = settingsOf(draft);
  const [{ base, form }, setState] = useState(() => ({ base: now, form: now }));
  const shown = followed(base, form, now);
  const open = conflicts(base, form, now);
  // What is in conflict keeps the value that the edit began from, until somebody decides.
  const since = { ...now, ...pick(base, open) };
  return {
    base: since,
    form: shown,
    now,
    changed: changed(since, shown),
    conflicts: open,
    set: (name, value) => setState({ base: since, form: { ...shown, [name]: value } }),
    takeTheirs: (name) => setState({ base: { ...since, [name]: now[name] }, form: { ...shown, [name]: now[name] } }),
    keepMine: (name) => setState({ base: { ...since, [name]: now[name] }, form: shown }),
  };
}

function pick(settings: Settings, names: readonly SettingName[]): Partial<Settings> {
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}
