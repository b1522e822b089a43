import { navigate } from "wouter/use-browser-location";
import { text } from "../strings.ts";
import { toast } from "../ui/toast.ts";
import { notify } from "./notifications.ts";

/** A draft on which the ring came to me. */
export interface CameRing {
  draftId: string;
  title: string;
  /** When the ring was passed (`ring_state.passed_at`): two notices of the same pass are one. */
  passedAt: string;
}

/** The browser's clock and the service's may differ by so much. */
const SKEW_MS = 2_000;

const told = new Set<string>();
const left = new Map<string, number>();
let open: string | null = null;
let listed = false;
let unseen: readonly string[] = [];
const listeners = new Set<() => void>();

/** The ring came to me: a message, the title's badge, and a notification if they are wanted; once for each pass. */
export function ringCame(draft: CameRing): void {
  const pass = `${draft.draftId}@${draft.passedAt}`;
  if (told.has(pass)) return;
  told.add(pass);
  tell(text.turns.yours, draft, pass);
}

/** Somebody, by the name they are called, reminds me that it is my turn: told as loudly as the turn itself. */
export function reminded(draft: Omit<CameRing, "passedAt">, by: string): void {
  tell(text.turns.nudged(by), draft, `${draft.draftId}@reminded`);
}

function tell(what: string, { draftId, title }: Omit<CameRing, "passedAt">, tag: string): void {
  const here = draftId === open;
  const go = () => navigate(`/drafts/${draftId}`);
  toast({
    title: what,
    body: title,
    kind: "turn",
    ...(here ? {} : { action: { label: text.turns.open, onSelect: go } }),
  });
  notify(what, title, tag, go);
  if (!((here || listed) && isLooking())) change([...unseen.filter((id) => id !== draftId), draftId]);
}

/** This turn is no news: it was mine when the page came. */
export function knowTurn(draft: CameRing): void {
  told.add(`${draft.draftId}@${draft.passedAt}`);
}

/** Whether the draft's own page is there to notice the pass, or was when it happened. */
export function wasOpen({ draftId, passedAt }: CameRing): boolean {
  const leftAt = left.get(draftId);
  return draftId === open || (leftAt !== undefined && Date.parse(passedAt) <= leftAt + SKEW_MS);
}

/** The page of this draft is open; returns what closes it. */
export function openDraft(draftId: string): () => void {
  open = draftId;
  look();
  return () => {
    left.set(draftId, Date.now());
    if (open === draftId) open = null;
  };
}

/** The list of drafts is on the screen, which shows every turn of mine; returns what closes it. */
export function openList(): () => void {
  listed = true;
  look();
  return () => {
    listed = false;
  };
}

/** I am looking: what is on the screen is seen. */
export function look(): void {
  if (!isLooking()) return;
  const rest = listed ? [] : unseen.filter((id) => id !== open);
  if (rest.length !== unseen.length) change(rest);
}

/** The drafts on which the ring came to me and that I have not looked at since. */
export const unseenTurns = (): readonly string[] => unseen;

export function onUnseenTurns(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Another person: nothing came to them yet. */
export function forgetTurns(): void {
  told.clear();
  left.clear();
  if (unseen.length > 0) change([]);
}

const isLooking = (): boolean => document.visibilityState === "visible" && document.hasFocus();

function change(next: readonly string[]): void {
  unseen = next;
  for (const listener of [...listeners]) listener();
}
