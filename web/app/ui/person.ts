import type { CSSProperties } from "react";

/* The hues from 60 to 110 degrees are left out: they look like the ring's gold. */
const FIRST = 110;
const WIDTH = 310;

/** A stable hue of a person, in degrees: for `--hue` of an element of class `person` (see `personStyle`). */
export function hueOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < userId.length; at++) hash = Math.imul(hash ^ userId.charCodeAt(at), 0x01000193) >>> 0;
  return (FIRST + (((hash >>> 16) ^ (hash & 0xffff)) % WIDTH)) % 360;
}

/** The style that gives an element of class `person` the colour of that person. */
export const personStyle = (userId: string): CSSProperties => ({ "--hue": hueOf(userId) }) as CSSProperties;

const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** One or two letters that stand for a name, whole as a reader sees them (emoji, accents). */
export function initialsOf(name: string): string {
  const words = name
    .replace(/^[@\s\p{Cf}]+/u, "")
    .split(/[\s._-]+/u)
    .filter((word) => word !== "");
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map(firstLetter).join("").toLocaleUpperCase() || "?";
}

/* A family of four with the colours of their skin has 19 code units; what is longer fits in no circle. */
const LONGEST_LETTER = 20;

function firstLetter(word: string | undefined): string {
  for (const { segment } of segments.segment(word ?? "")) {
    return segment.length > LONGEST_LETTER ? String.fromCodePoint(segment.codePointAt(0) ?? 0) : segment;
  }
  return "";
}
