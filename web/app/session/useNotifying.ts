import { useCallback, useSyncExternalStore } from "react";
import { text } from "../strings.ts";
import { toast } from "../ui/toast.ts";
import { askToNotify, isNotifying, onNotifying, stopNotifying } from "./notifications.ts";

/** Whether the browser tells me of my turns, and how to change that; the permission is asked for then, and only then. */
export function useNotifying(): { on: boolean; change: (on: boolean) => Promise<void> } {
  const on = useSyncExternalStore(onNotifying, isNotifying);
  const change = useCallback(async (wanted: boolean) => {
    if (!wanted) return stopNotifying();
    toast(text.turns[await askToNotify()]);
  }, []);
  return { on, change };
}
