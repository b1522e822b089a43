/** A draft that follows its feed, with what I write in it. */

import type { Command, Draft, DraftEvent, Outcome } from "../model.ts";
import { Unreachable } from "../refusals.ts";
import type { OneRing } from "../rest.ts";
import { type DraftActions, type DraftState, UNKNOWN } from "./state.ts";

/** What a live draft is made of. */
export interface LiveDraftOptions {
  readonly client: OneRing;
  readonly draftId: string;
}

/** A draft that follows its feed from `start` to `stop`. */
export class LiveDraft implements DraftActions {
  readonly draftId: string;

  constructor({ draftId }: LiveDraftOptions) {
    this.draftId = draftId;
  }

  start(): void {}

  stop(): void {}

  readonly subscribe =
    (_listener: () => void): (() => void) =>
    () => {};

  readonly getState = (): DraftState => UNKNOWN;

  readonly onEvent =
    (_listener: (event: DraftEvent, draft: Draft) => void): (() => void) =>
    () => {};

  readonly send = (_command: Command): Promise<Outcome> => Promise.reject(new Unreachable("not yet"));

  readonly dismiss = (_key: string): void => {};

  readonly typing = (): void => {};

  readonly retry = (): void => {};
}
