/** The history of a draft on a stage: the service is played from a list of what happened, the feed by the test. */
import { type Config, type DraftEvent, OneRing, type TokenSource } from "@onering/client";
import { OneRingProvider } from "@onering/client/react";
import { cleanup, configure, render } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { type Session, SessionContext } from "../../session/session.ts";
import HistoryPage from "../HistoryPage.tsx";
import { follow } from "./feed.ts";
import { DRAFT, draftAfter, STORY } from "./story.ts";

type Answer = (query: URLSearchParams, body: string) => unknown;

/** A service that has these events; `more` answers further routes, by the end of their path. */
class PlayedService {
  readonly asked: string[] = [];
  events: readonly DraftEvent[];
  readonly #more: Readonly<Record<string, Answer>>;

  constructor(events: readonly DraftEvent[], more: Readonly<Record<string, Answer>>) {
    this.events = events;
    this.#more = more;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    this.asked.push(url.pathname + url.search);
    const data = this.#answer(url, await request.text());
    return data === undefined
      ? Response.json({ detail: "There is no such thing.", error: { code: "not_found" } }, { status: 404 })
      : Response.json({ data });
  };

  #answer(url: URL, body: string): unknown {
    const { pathname, searchParams } = url;
    if (pathname.endsWith("/events")) {
      const after = Number(searchParams.get("after"));
      return this.events.slice(after, after + Number(searchParams.get("limit")));
    }
    const at = searchParams.get("at");
    if (pathname.endsWith(DRAFT) && at !== null) return draftAfter(this.events.slice(0, Number(at)));
    return this.#more[pathname.slice(pathname.lastIndexOf("/") + 1)]?.(searchParams, body);
  }
}

const CONFIG: Config = {
  environment: "local",
  clerk_publishable_key: null,
  anonymous_read: true,
  default_visibility: "public",
  limits: {
    body_bytes: 262_144,
    title_characters: 200,
    description_characters: 2000,
    segment_characters: 500,
    heartbeat_seconds: 25,
  },
  proofs: null,
};

interface Staged {
  /** Who looks; null is nobody who is signed in. */
  as?: string | null;
  events?: readonly DraftEvent[];
  answers?: Readonly<Record<string, Answer>>;
  config?: Partial<Config>;
}

/** Opens the history of a draft at an address, such as `?at=3`. */
export function open(search: string, { as = "alice", events = STORY, answers = {}, config = {} }: Staged = {}) {
  history.replaceState(null, "", `/drafts/${DRAFT}/history${search}`);
  const feed = follow(events);
  const service = new PlayedService(events, answers);
  const tokens: TokenSource = { userId: as, token: async () => null, onChange: () => () => {} };
  const client = new OneRing({ baseUrl: location.origin, fetch: service.fetch, tokens });
  const session = { config: { ...CONFIG, ...config }, client, userId: as, askToSignIn: vi.fn() };
  const page = (
    <SessionContext value={session as unknown as Session}>
      <OneRingProvider client={client}>
        <HistoryPage draftId={DRAFT} />
      </OneRingProvider>
    </SessionContext>
  );
  return { feed, service, session, ...render(page) };
}

/** For a test file: what jsdom lacks, and nothing left of the test before. */
export function prepareBrowser(): void {
  // A condition is waited for as long as it takes on a machine that has other things to do.
  configure({ asyncUtilTimeout: 15_000 });
  beforeEach(() => {
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
    Element.prototype.scrollIntoView = vi.fn();
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });
}
