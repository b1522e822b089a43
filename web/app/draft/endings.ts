/** Why a draft is not followed any more, as a person sees it. */

export type Ending = "missing" | "access" | "signedOut" | "crowded" | "broken";

/**
 * What a close code of the feed (docs/LIVE.md) means for somebody who had the draft on their screen (`wasOpen`), or not.
 *
 * Whoever may not read a draft is told the same as if there were none, whether or not there is.
 */
export function endingOf(code: number, wasOpen: boolean): Ending {
  switch (code) {
    case 4401:
      return wasOpen ? "signedOut" : "missing";
    case 4403:
    case 4404:
      return wasOpen ? "access" : "missing";
    case 4429:
      return "crowded";
    default:
      return "broken";
  }
}
