/** Where each turn with the ring stands on a strip of time: geometry alone, in parts of the strip's width. */

/** A turn; the times are RFC 3339. */
export interface Hold {
  readonly user_id: string | null;
  readonly start_ts: string;
  readonly end_ts: string;
  readonly open: boolean;
}

export interface Bar<Of extends Hold> {
  readonly hold: Of;
  /** Where it begins and how long it is, 0 to 1. */
  readonly start: number;
  readonly width: number;
}

export interface Lane<Of extends Hold> {
  readonly person: string | null;
  readonly bars: readonly Bar<Of>[];
}

export interface Strip<Of extends Hold> {
  /** The first and the last moment, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** One per person, whoever had the ring first on top. */
  readonly lanes: readonly Lane<Of>[];
  /** Moments worth a label, in milliseconds: evenly apart, both ends among them. */
  readonly ticks: readonly number[];
}

/** A turn of a second in a year would be nothing to see: a bar is never thinner than this. */
export const THINNEST = 0.004;

/** Lays out turns, which are given in any order; `ticks` is how many moments are labelled, two or more. */
export function strip<Of extends Hold>(holds: readonly Of[], ticks = 3): Strip<Of> {
  const inOrder = [...holds].sort((a, b) => time(a.start_ts) - time(b.start_ts));
  const from = inOrder[0] === undefined ? 0 : time(inOrder[0].start_ts);
  const to = Math.max(from, ...inOrder.map((hold) => time(hold.end_ts)));
  const part = (moments: number) => (to === from ? 1 : moments / (to - from));
  const lanes = new Map<string | null, Bar<Of>[]>();
  for (const hold of inOrder) {
    const width = Math.max(part(time(hold.end_ts) - time(hold.start_ts)), THINNEST);
    // The thinnest are drawn within the strip, also at its end.
    const start = Math.min(part(time(hold.start_ts) - from), 1 - width);
    const lane = lanes.get(hold.user_id) ?? [];
    lanes.set(hold.user_id, lane);
    lane.push({ hold, start, width });
  }
  return {
    from,
    to,
    lanes: Array.from(lanes, ([person, bars]) => ({ person, bars })),
    ticks: to === from ? [from] : Array.from({ length: ticks }, (_, n) => from + (n * (to - from)) / (ticks - 1)),
  };
}

const time = (at: string): number => Date.parse(at);
