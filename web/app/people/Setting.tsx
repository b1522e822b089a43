import type { Platform } from "@onering/client";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field, type FieldProps } from "../ui/Field.tsx";
import { moment, number } from "../ui/format.ts";
import type { SettingName, Settings } from "./changes.ts";
import { fromLocal } from "./localTime.ts";
import styles from "./people.module.css";
import type { SettingsForm } from "./useSettings.ts";

export interface SettingProps extends FieldProps {
  name: SettingName;
  settings: SettingsForm;
  wrong: Partial<Record<SettingName, string>>;
}

/** One setting: its control, and what somebody else changed it to meanwhile. */
export function Setting({ name, settings, wrong, ...field }: SettingProps) {
  return (
    <div className={styles.setting}>
      <Field {...field} error={wrong[name]} />
      <Conflict name={name} settings={settings} />
    </div>
  );
}

/** Says that a setting was changed here and elsewhere, shows the newer value, and asks which it is to be. */
export function Conflict({ name, settings }: Pick<SettingProps, "name" | "settings">) {
  if (!settings.conflicts.includes(name)) return null;
  return (
    <div className={styles.conflict} role="alert">
      <p>{text.settings.conflict(said(name, settings.now))}</p>
      <div className={styles.buttons}>
        <Button onClick={() => settings.takeTheirs(name)}>{text.settings.takeTheirs}</Button>
        <Button onClick={() => settings.keepMine(name)}>{text.settings.keepMine}</Button>
      </div>
    </div>
  );
}

function said(name: SettingName, now: Settings): string {
  switch (name) {
    case "title":
    case "description":
      return now[name] === "" ? text.settings.nothingValue : text.settings.quoted(now[name]);
    case "platform":
      return text.settings.platforms[now.platform satisfies Platform | ""];
    case "visibility":
      return text.settings.visibilities[now.visibility][0];
    case "turnLimit":
      return `${number(Number(now.turnLimit))} ${text.settings.turnLimitUnit}`;
    case "publishAt": {
      const at = fromLocal(now.publishAt);
      return at === null ? text.settings.nothingValue : moment(at);
    }
  }
}
