/** A clock that stands still until a test lets time pass. */

import type { Clock } from "../../src/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class StoppedClock implements Clock {
  #now = Date.UTC(2026, 10, 26);
  #set = 0;
  #timers: Timer[] = [];

  now = () => this.#now + this.#set;

  /** Milliseconds that passed, however it was set meanwhile. */
  get passed(): number {
    return this.#now;
  }

  /** Sets it to another time, by so many milliseconds; timers wait as long as they would have. */
  set(milliseconds: number): void {
    this.#set += milliseconds;
  }

  after = (milliseconds: number, run: () => void) => {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets so many milliseconds pass, and everything happen that happens meanwhile. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
    await settled();
  }
}

/** Waits until everything that could go on without time or network has done so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
