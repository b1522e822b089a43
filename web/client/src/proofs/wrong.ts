/** What a proof can fail by. */

/**
 * - `malformed`: it is not spelled as such files are.
 * - `changed`: the event, or its path, is not what was signed.
 * - `other-event`: it proves another event than the one that is shown.
 * - `unsigned`: no known key signed it. `signature`: one did, and the signature is wrong.
 * - `other-key`: it is signed by others than what this browser saw before.
 * - `shorter`: the log ends before what this browser saw of it. `forked`: it is not how that went on.
 */
export type Reason =
  | "malformed"
  | "changed"
  | "other-event"
  | "unsigned"
  | "signature"
  | "other-key"
  | "shorter"
  | "forked";

/** Something is not what it should be; the message says what, the reason for programs. */
export class NotProved extends Error {
  override readonly name = "NotProved";
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Throws a `NotProved` unless it is so. */
export function ensure(so: boolean, reason: Reason, message: string): asserts so {
  if (!so) throw new NotProved(reason, message);
}
