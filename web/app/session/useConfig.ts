import { type Config, OneRing } from "@onering/client";
import { useEffect, useState } from "react";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** The client's own retries would keep silent for long; here every failure is told. */
const IMPATIENT = { patience: 0 };

/** What the page needs to know of the service: asked until it answers. `failing`: it did not so far. */
export function useConfig(): { config: Config | null; failing: boolean } {
  const [config, setConfig] = useState<Config | null>(null);
  const [failing, setFailing] = useState(false);

  useEffect(() => {
    const ended = new AbortController();
    const ask = async () => {
      for (let failures = 0; !ended.signal.aborted; failures++) {
        try {
          return setConfig(await new OneRing(IMPATIENT).config(ended.signal));
        } catch {
          if (ended.signal.aborted) return;
          setFailing(true);
          await untilOnlineOr(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), ended.signal);
        }
      }
    };
    void ask();
    return () => ended.abort();
  }, []);

  return { config, failing: failing && config === null };
}

/** Settles after so many milliseconds, or as soon as there is a network again, or when it is ended. */
function untilOnlineOr(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    const settled = () => {
      clearTimeout(timer);
      removeEventListener("online", settled);
      ended.removeEventListener("abort", settled);
      settle();
    };
    const timer = setTimeout(settled, milliseconds);
    addEventListener("online", settled);
    ended.addEventListener("abort", settled);
  });
}
