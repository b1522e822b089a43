import type { Visibility } from "@onering/client";
import { useId } from "react";
import { text } from "../strings.ts";
import styles from "./people.module.css";
import { Conflict, type SettingProps } from "./Setting.tsx";

const VISIBILITIES: readonly Visibility[] = ["private", "workspace", "public"];

/** Who may read a draft; each choice says what it means for readers. */
export function VisibilityChoice({ settings, wrong }: Pick<SettingProps, "settings" | "wrong">) {
  const group = useId();
  return (
    <fieldset className={styles.choice}>
      <legend>{text.settings.visibility}</legend>
      {VISIBILITIES.map((visibility) => {
        const [name, meaning] = text.settings.visibilities[visibility];
        return (
          <label key={visibility}>
            <input
              type="radio"
              name={group}
              checked={settings.form.visibility === visibility}
              onChange={() => settings.set("visibility", visibility)}
            />
            <span>
              {name}
              <small>{meaning}</small>
            </span>
          </label>
        );
      })}
      {wrong.visibility !== undefined && <p role="alert">{wrong.visibility}</p>}
      <Conflict name="visibility" settings={settings} />
    </fieldset>
  );
}
