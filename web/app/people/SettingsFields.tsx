import type { Platform } from "@onering/client";
import { text } from "../strings.ts";
import type { Settings } from "./changes.ts";
import { LONGEST } from "./changes.ts";
import styles from "./people.module.css";
import { Setting, type SettingProps } from "./Setting.tsx";
import { VisibilityChoice } from "./VisibilityChoice.tsx";

const PLATFORMS: readonly (Platform | "")[] = ["", "blog", "x", "instagram", "tiktok", "youtube"];
const words = text.settings;

type FieldsProps = Pick<SettingProps, "settings" | "wrong">;

/** The controls of a draft's settings. */
export function SettingsFields(props: FieldsProps) {
  return (
    <>
      <Words {...props} />
      <VisibilityChoice {...props} />
      <Plans {...props} />
    </>
  );
}

function Words(props: FieldsProps) {
  const { form, set } = props.settings;
  return (
    <>
      <Setting {...props} name="title" label={words.name}>
        {(control) => (
          <input {...control} dir="auto" value={form.title} onChange={(event) => set("title", event.target.value)} />
        )}
      </Setting>
      <Setting {...props} name="description" label={words.description} hint={words.descriptionHint}>
        {(control) => (
          <textarea
            {...control}
            dir="auto"
            rows={3}
            value={form.description}
            onChange={(event) => set("description", event.target.value)}
          />
        )}
      </Setting>
    </>
  );
}

function Plans(props: FieldsProps) {
  const { form, now, set } = props.settings;
  const limitHint = now.turnLimit === "" ? words.turnLimitUnknown : words.turnLimitHint;
  return (
    <>
      <Setting {...props} name="turnLimit" label={words.turnLimit} hint={limitHint}>
        {(control) => (
          <span className={styles.unit}>
            <input
              {...control}
              type="number"
              inputMode="numeric"
              min={1}
              max={LONGEST.turnLimit}
              value={form.turnLimit}
              onChange={(event) => set("turnLimit", event.target.value)}
            />
            {words.turnLimitUnit}
          </span>
        )}
      </Setting>
      <Setting {...props} name="publishAt" label={words.publishAt} hint={words.publishAtHint}>
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            value={form.publishAt}
            onChange={(event) => set("publishAt", event.target.value)}
          />
        )}
      </Setting>
      <Setting {...props} name="platform" label={words.platform}>
        {(control) => (
          <select
            {...control}
            value={form.platform}
            onChange={(event) => set("platform", event.target.value as Settings["platform"])}
          >
            {PLATFORMS.map((platform) => (
              <option key={platform} value={platform}>
                {words.platforms[platform]}
              </option>
            ))}
          </select>
        )}
      </Setting>
    </>
  );
}
