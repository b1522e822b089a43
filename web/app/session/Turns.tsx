import { type DraftsState, useDrafts } from "@onering/client/react";
import { createContext, type ReactNode, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { useTitleBadge } from "../ui/title.ts";
import { badgeIcon } from "./icon.ts";
import { isNotifying } from "./notifications.ts";
import { useSession } from "./session.ts";
import { type CameRing, forgetTurns, knowTurn, look, onUnseenTurns, ringCame, unseenTurns, wasOpen } from "./turns.ts";

/** The list refreshes itself while it is seen; out of sight it is asked for those who want to be notified. */
const HIDDEN_PAUSE_MS = 60_000;

const Turns = createContext<DraftsState | null>(null);

/** The drafts whose ring is mine; null when nobody is signed in. */
export const useTurns = (): DraftsState | null => useContext(Turns);

/** Watches for the ring to come to me on any draft, and tells it. */
export function TurnsProvider({ children }: { children: ReactNode }) {
  const { userId } = useSession();
  return userId === null ? children : <Watched>{children}</Watched>;
}

function Watched({ children }: { children: ReactNode }) {
  const turns = useDrafts({ holding: true, status: "active", limit: 50 });
  useArrivals(turns);
  useAskWhileHidden(turns.refresh);
  useSeen();
  const unseen = useSyncExternalStore(onUnseenTurns, unseenTurns).length;
  useTitleBadge(unseen);
  useEffect(() => badgeIcon(unseen > 0), [unseen]);
  useEffect(() => forgetTurns, []);
  return <Turns value={turns}>{children}</Turns>;
}

/** What is in the first list was mine already; what is new in a later one came. */
function useArrivals({ drafts, loading, error }: DraftsState) {
  const before = useRef(false);
  useEffect(() => {
    if (loading || error) return;
    for (const { draft_id, title, ring_state, created_at } of drafts) {
      const turn: CameRing = { draftId: draft_id, title, passedAt: ring_state.passed_at };
      // Whoever starts a draft holds its ring from the start, and knows it.
      if (!before.current || ring_state.passed_at === created_at) knowTurn(turn);
      else if (!wasOpen(turn)) ringCame(turn);
    }
    before.current = true;
  }, [drafts, loading, error]);
}

function useAskWhileHidden(refresh: () => void) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "hidden" && isNotifying()) refresh();
    }, HIDDEN_PAUSE_MS);
    return () => clearInterval(timer);
  }, [refresh]);
}

/** Coming back to the page is looking at what is on the screen. */
function useSeen() {
  useEffect(() => {
    const looked = () => look();
    addEventListener("focus", looked);
    document.addEventListener("visibilitychange", looked);
    return () => {
      removeEventListener("focus", looked);
      document.removeEventListener("visibilitychange", looked);
    };
  }, []);
}
