/** Tells screen readers quietly what others do to the text. */

import type { DraftActions, DraftEvent, DraftState } from "@onering/client";
import { memo, useEffect, useState } from "react";
import { sayingOf } from "./saying.ts";
import { useLatest } from "./useLatest.ts";

/** What happens within so many milliseconds is told in one sentence. */
const TOGETHER = 1_000;

export interface AnnouncerProps {
  onEvent: DraftActions["onEvent"];
  me: string | null;
  names: DraftState["names"];
}

export const Announcer = memo(function Announcer({ onEvent, me, names }: AnnouncerProps) {
  const [said, setSaid] = useState("");
  const called = useLatest(names);
  useEffect(() => {
    let heard: DraftEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      const saying = sayingOf(heard, me, called.current);
      heard = [];
      timer = undefined;
      if (saying !== "") setSaid(saying);
    };
    const stop = onEvent((event) => {
      heard.push(event);
      timer ??= setTimeout(say, TOGETHER);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [onEvent, me, called]);
  return (
    <p className="said" role="status">
      {said}
    </p>
  );
});
