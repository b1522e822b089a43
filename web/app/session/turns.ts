/** A draft on which the ring came to me while its page is open; the shell tells it once, however it was noticed. */
export interface CameRing {
  draftId: string;
  title: string;
  /** When the ring was passed (`ring_state.passed_at`): two notices of the same pass are one. */
  passedAt: string;
}

/** The ring came to me on this draft: toast, title badge, and a notification if these are wanted. */
export function ringCame(_draft: CameRing): void {}
