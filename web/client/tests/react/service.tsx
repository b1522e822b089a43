/** Components over a service whose answers come in the order that a test chooses. */

import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { OneRing, type TokenSource } from "../../src/index.ts";
import { OneRingProvider } from "../../src/react.ts";

/** A request that waits for its answer. */
export interface Pending {
  readonly url: URL;
  readonly signal: AbortSignal;
  answer(body: unknown, status?: number): void;
  fail(): void;
}

export class Desk {
  readonly all: Pending[] = [];

  readonly fetch: typeof fetch = (input) =>
    new Promise((resolve, reject) => {
      const request = input as Request;
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
      const answer = (body: unknown, status = 200) =>
        resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
      this.all.push({ url: new URL(request.url), signal: request.signal, answer, fail: () => reject(new TypeError()) });
    });

  /** The newest request. */
  get last(): Pending {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error("Nothing was asked.");
    return last;
  }

  client(tokens?: TokenSource): OneRing {
    return new OneRing({ fetch: this.fetch, patience: 0, ...(tokens && { tokens }) });
  }
}

/** Renders a hook below a client. */
export function render<Result, Props>(client: OneRing, hook: (props: Props) => Result, initialProps: Props) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <OneRingProvider client={client}>{children}</OneRingProvider>
  );
  return renderHook(hook, { wrapper, initialProps });
}
