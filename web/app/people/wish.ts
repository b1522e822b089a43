import { Unreachable } from "@onering/client";
import { useCallback, useRef, useState } from "react";

/** What somebody asked the service for, and what came of it last. */
export interface Wish {
  readonly busy: boolean;
  /** Why the last one was not done; null once another is asked for. */
  readonly error: Error | null;
  /**
   * Ask for `wished`, which `how` does under a key. Asked for again because nobody answered, it has the key that it had:
   * it may have been done. Resolves to null where it failed.
   */
  readonly ask: <Answer>(wished: unknown, how: (key: string) => Promise<Answer>) => Promise<Answer | null>;
  readonly forget: () => void;
}

const IDLE = { busy: false, error: null };

/** One thing at a time that is asked of the service, as a form or a dialog does. */
export function useWish(): Wish {
  const unanswered = useRef<{ wished: string; key: string } | null>(null);
  const [state, setState] = useState<Pick<Wish, "busy" | "error">>(IDLE);

  const ask = useCallback<Wish["ask"]>(async (wished, how) => {
    const said = JSON.stringify(wished);
    if (unanswered.current?.wished !== said) unanswered.current = { wished: said, key: newKey() };
    setState({ busy: true, error: null });
    try {
      const answer = await how(unanswered.current.key);
      unanswered.current = null;
      setState(IDLE);
      return answer;
    } catch (fault) {
      if (!(fault instanceof Unreachable)) unanswered.current = null;
      setState({ busy: false, error: fault instanceof Error ? fault : new Error(String(fault)) });
      return null;
    }
  }, []);
  const forget = useCallback(() => setState(IDLE), []);
  return { ...state, ask, forget };
}

/** `crypto.randomUUID` is missing where the page is not served over HTTPS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
