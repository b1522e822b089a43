/** Going on from version to version by itself, as fast as one can read what is new. */
import { useEffect, useState } from "react";

const PACE = 1200;
const CALM_PACE = 2500;

/** Whether the reader asked their system for less motion. */
export const wantsCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * While it plays, calls `next` at each pace once the version is `ready` to be read, until it is `atEnd`. It begins only
 * when somebody asks for it, and stops when the page is hidden.
 */
export function usePlaying(
  version: number,
  ready: boolean,
  atEnd: boolean,
  next: (version: number) => void,
): [playing: boolean, setPlaying: (playing: boolean) => void] {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (atEnd) {
      setPlaying(false);
      return;
    }
    if (!ready) return;
    const timer = setTimeout(() => next(version + 1), wantsCalm() ? CALM_PACE : PACE);
    return () => clearTimeout(timer);
  }, [playing, version, ready, atEnd, next]);
  useEffect(() => {
    const hidden = () => document.hidden && setPlaying(false);
    document.addEventListener("visibilitychange", hidden);
    return () => document.removeEventListener("visibilitychange", hidden);
  }, []);
  return [playing, setPlaying];
}
