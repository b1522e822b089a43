import type { Standing } from "@onering/client";

/** How current what is on the screen is, and whether one may write. */
export function ConnectionBadge({ standing }: { standing: Standing; readOnly: boolean }) {
  return <span role="status">{standing}</span>;
}
