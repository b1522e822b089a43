/** A time within which something has to be done, unless it is called off before. */

import type { Clock } from "./clock.ts";

/** Its signal is aborted together with another one, or when the time is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #cancel: () => void;
  readonly #abort = () => this.#controller.abort();

  constructor(milliseconds: number, clock: Clock, outer?: AbortSignal) {
    this.#outer = outer;
    this.#cancel = clock.after(milliseconds, this.#abort);
    if (outer?.aborted) this.#abort();
    else outer?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for what can't be aborted itself, no longer than there is time. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      if (this.signal.aborted) reject(this.signal.reason);
      else this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
  }

  /** Has to be called when it is done, or failed. */
  end(): void {
    this.#cancel();
    this.#outer?.removeEventListener("abort", this.#abort);
  }
}
