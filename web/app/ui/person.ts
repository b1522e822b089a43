import type { CSSProperties } from "react";

/** A stable hue of a person, 0 to 359: for `style={{ "--hue": hueOf(id) }}` on the class `person`. */
export function hueOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (const unit of userId) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % 360;
}

/** The style that gives an element of class `person` the colour of that person. */
export const personStyle = (userId: string): CSSProperties => ({ "--hue": hueOf(userId) }) as CSSProperties;
