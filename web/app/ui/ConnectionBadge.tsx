import type { Standing } from "@onering/client";
import type { ComponentType } from "react";
import { text } from "../strings.ts";
import styles from "./ConnectionBadge.module.css";
import { CatchUpIcon, CloudOffIcon, EyeIcon, LiveIcon, StopIcon } from "./icons.tsx";

interface ConnectionBadgeProps {
  standing: Standing;
  /** The reader can't write here, whatever the connection. */
  readOnly: boolean;
}

type Shown = "live" | "read-only" | "catching-up" | "offline" | "ended";

const ICONS: Record<Shown, ComponentType> = {
  live: LiveIcon,
  "read-only": EyeIcon,
  "catching-up": CatchUpIcon,
  offline: CloudOffIcon,
  ended: StopIcon,
};

/** How current what is on the screen is, and whether one may write: in words, with an icon, announced as it changes. */
export function ConnectionBadge({ standing, readOnly }: ConnectionBadgeProps) {
  const shown = shownOf(standing, readOnly);
  const Sign = ICONS[shown];
  const { label, why } = text.connection[shown];
  return (
    <span className={styles.badge} role="status" data-standing={shown} title={why}>
      <Sign />
      {label}
    </span>
  );
}

function shownOf(standing: Standing, readOnly: boolean): Shown {
  if (standing === "connecting") return "catching-up";
  return standing === "live" && readOnly ? "read-only" : standing;
}
