/** What of time the client needs, so that tests can be the time. */

/** A clock; all figures are milliseconds. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Runs something once, so much later; what it returns calls that off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The clock of the machine. */
export const clock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits so long, or rejects with the signal's reason as soon as it is aborted. */
export function wait(milliseconds: number, { after }: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = after(milliseconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
