/** Whether somebody looks for something, and for what. */

import { useEffect, useState } from "react";

export interface Finding {
  /** What is looked for; null while nobody looks. */
  readonly sought: string | null;
  readonly seek: (sought: string | null) => void;
}

/**
 * The browser's "find" opens ours while part of the text is not in the document (`needed`): it would find too little.
 * Pressed a second time it is the browser's own.
 */
export function useFinding(needed: boolean): Finding {
  const [sought, seek] = useState<string | null>(null);
  const open = sought !== null;
  useEffect(() => {
    if (!needed || open) return;
    const find = (event: KeyboardEvent) => {
      const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "f";
      if (!asked || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      seek("");
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, [needed, open]);
  return { sought, seek };
}
