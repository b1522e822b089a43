/** From when on a person may take the ring from its holder; nothing once they may. */

import { text } from "../strings.ts";
import { Moment } from "./Moment.tsx";
import { useNow } from "./useNow.ts";

export function Later({ from }: { from: Date }) {
  if (useNow() >= from.getTime()) return null;
  return (
    <p>
      {text.draft.ring.reclaimLater} <Moment at={from.toISOString()} />.
    </p>
  );
}
