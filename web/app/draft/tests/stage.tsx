/** The page of a draft on a stage of its own: its feed is played by the test, its browser has no layout. */

import { type Config, type DraftState, OneRing } from "@onering/client";
import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { type Session, SessionContext } from "../../session/session.ts";
import DraftPage from "../DraftPage.tsx";
import { DRAFT } from "./drafts.ts";
import { play, playOut } from "./played.ts";

const CONFIG: Config = {
  environment: "local",
  clerk_publishable_key: null,
  anonymous_read: true,
  default_visibility: "private",
  limits: {
    body_bytes: 262_144,
    title_characters: 200,
    description_characters: 2000,
    segment_characters: 500,
    heartbeat_seconds: 25,
  },
  proofs: null,
};

/** Open the page as somebody (null: not signed in), with the draft in a state. */
export function open(userId: string | null, changes: Partial<DraftState> = {}) {
  const live = play(changes);
  const session: Session = {
    config: CONFIG,
    client: new OneRing(),
    userId,
    me: null,
    way: userId === null ? "none" : "development",
    askToSignIn: vi.fn(),
    continueAs: vi.fn(),
    signOut: vi.fn(),
    refreshMe: vi.fn(),
    development: true,
    clerk: { standing: "absent", clerk: null, userId: null, retry: vi.fn() },
  };
  const page = (
    <SessionContext value={session}>
      <DraftPage draftId={DRAFT} />
    </SessionContext>
  );
  return { live, session, ...render(page) };
}

/** How high everything is where nothing is laid out. */
const HEIGHT = 96;

/** For a test file: a browser with what jsdom lacks, and nothing left of the test before. */
export function prepareBrowser(): void {
  beforeEach(() => {
    localStorage.clear();
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
        unobserve() {}
        disconnect() {}
      },
    );
    vi.stubGlobal("scrollTo", vi.fn());
    vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(HEIGHT);
    HTMLDialogElement.prototype.showModal = function showModal() {
      this.open = true;
    };
    HTMLDialogElement.prototype.close = function close() {
      this.open = false;
    };
  });
  afterEach(async () => {
    cleanup();
    await playOut();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
}
