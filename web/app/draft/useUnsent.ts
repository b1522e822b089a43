/** The text in the composer: kept while it is typed and sent, and given back when it is refused. */

import { useCallback, useRef, useState } from "react";
import { keepUnsent, readUnsent, withoutStored } from "./unsent.ts";
import { givenBack } from "./writing.ts";

interface Sent {
  readonly content: string;
  refused: boolean;
}

export interface Unsent {
  /** What is typed, and not sent or refused. */
  readonly text: string;
  readonly type: (text: string) => void;
  /** Take the text out to send it; `send` says whether it was accepted, and what was refused is given back. */
  readonly hand: (send: (content: string) => Promise<boolean>) => Promise<boolean>;
}

/** The unsent text of `userId` for a draft; `lastOwn` is the last segment they have in it. */
export function useUnsent(userId: string, draftId: string, lastOwn: string | undefined): Unsent {
  const [text, setText] = useState(() => withoutStored(readUnsent(userId, draftId), lastOwn));
  const typed = useRef(text);
  const underway = useRef<Sent[]>([]);

  const type = useCallback(
    (next: string) => {
      typed.current = next;
      const all = [...underway.current.map((sent) => sent.content), next];
      keepUnsent(userId, draftId, all.filter((part) => part !== "").join("\n\n"));
      setText(next);
    },
    [userId, draftId],
  );

  const hand = useCallback(
    async (send: (content: string) => Promise<boolean>) => {
      const sent: Sent = { content: typed.current, refused: false };
      underway.current.push(sent);
      type("");
      const accepted = await send(sent.content);
      if (accepted) underway.current = underway.current.filter((other) => other !== sent);
      else sent.refused = true;
      type(settled(underway, typed.current));
      return accepted;
    },
    [type],
  );

  return { text, type, hand };
}

/** What is typed from now on: once nothing is underway any more, what was refused comes back in its order. */
function settled(underway: { current: Sent[] }, typed: string): string {
  if (underway.current.some((sent) => !sent.refused)) return typed;
  const refused = underway.current.map((sent) => sent.content).join("\n\n");
  underway.current = [];
  return refused === "" ? typed : givenBack(refused, typed);
}
