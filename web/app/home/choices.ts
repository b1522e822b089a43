import type { Platform, Visibility } from "@onering/client";

export const PLATFORMS: readonly Platform[] = ["x", "instagram", "tiktok", "youtube", "blog"];
export const VISIBILITIES: readonly Visibility[] = ["private", "workspace", "public"];

const KEY = "onering.visibility";

/** What was chosen last in this browser; before that what the service does by itself. */
export function usualVisibility(otherwise: Visibility): Visibility {
  try {
    const kept = localStorage.getItem(KEY);
    return VISIBILITIES.find((each) => each === kept) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keepVisibility(visibility: Visibility): void {
  try {
    localStorage.setItem(KEY, visibility);
  } catch {
    // A browser that keeps nothing for pages begins with the service's own choice each time.
  }
}
