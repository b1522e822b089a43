import { useSyncExternalStore } from "react";

/** From there on a column of text in the middle leaves room for a panel beside it. */
const WIDE = "(min-width: 86rem)";

const wide = () => matchMedia(WIDE);

/** Whether there is room beside the text. */
export function useWide(): boolean {
  return useSyncExternalStore(onChange, () => wide().matches);
}

function onChange(listener: () => void): () => void {
  const query = wide();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
