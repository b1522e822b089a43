/** One token in memory, asked for again in time, and by one request at a time. */

import { type Clock, clock as machine } from "./clock.ts";

/** A token with less life than this may be over when it arrives. */
const LEAST_LIFE = 10_000;

/** How a token is had. */
export interface Renewable {
  /** Asks for a token; `fresh`, for one that was not there before. */
  ask(fresh: boolean): Promise<string | null>;
  /** A token is asked for again after so many milliseconds, however long it lasts; an issuer may know better. */
  readonly longest?: number;
  readonly clock?: Clock;
}

interface Held {
  readonly token: string | null;
  /** When it is over, in milliseconds since 1970. */
  readonly expires: number;
  readonly asked: number;
}

interface Flight {
  readonly fresh: boolean;
  readonly token: Promise<string | null>;
}

/** Keeps what was answered last, as long as it is good for another call. */
export class Renewal {
  readonly #ask: Renewable["ask"];
  readonly #longest: number;
  readonly #clock: Clock;
  #held: Held | null = null;
  #flight: Flight | null = null;

  constructor({ ask, longest = Number.POSITIVE_INFINITY, clock = machine }: Renewable) {
    this.#ask = ask;
    this.#longest = longest;
    this.#clock = clock;
  }

  /** A token that lasts for the next call. */
  token(fresh = false): Promise<string | null> {
    if (!fresh && this.#held !== null && this.#lasts(this.#held)) return Promise.resolve(this.#held.token);
    // What is under way may bring the very token that was refused, so `fresh` waits for a request of its own.
    if (this.#flight !== null && (this.#flight.fresh || !fresh)) return this.#flight.token;
    return this.#start(fresh);
  }

  /** Forgets the token, and what is under way: it was somebody else's. */
  forget(): void {
    this.#held = null;
    this.#flight = null;
  }

  #lasts({ expires, asked }: Held): boolean {
    const now = this.#clock.now();
    return expires - now >= LEAST_LIFE && now - asked < this.#longest;
  }

  #start(fresh: boolean): Promise<string | null> {
    const asked = this.#clock.now();
    const flight: Flight = {
      fresh,
      token: this.#ask(fresh).then(
        (token) => {
          if (this.#flight === flight) this.#held = { token, expires: expiry(token), asked };
          return this.#landed(flight, token);
        },
        (fault: unknown) => {
          this.#landed(flight, null);
          throw fault;
        },
      ),
    };
    this.#flight = flight;
    return flight.token;
  }

  #landed(flight: Flight, token: string | null): string | null {
    if (this.#flight === flight) this.#flight = null;
    return token;
  }
}

/** When a JWT is over by its own `exp`, in milliseconds; at once if it does not say. Nothing is verified here. */
export function expiry(token: string | null): number {
  try {
    const payload = token?.split(".")[1] ?? "";
    const { exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}
