/** Two diffs that follow each other, as one: long ranges are answered in pages. */
import type { components } from "@onering/client";

export type Diff = components["schemas"]["Diff"];
type Segments = Diff["segments"];

/** What is other after both than it was before the first. */
export function composed(first: Diff, second: Diff): Diff {
  return {
    ...second,
    from: first.from,
    fields: netChanges(first.fields, second.fields, (change) => change.field),
    members: netChanges(first.members, second.members, (change) => change.user_id),
    segments: netSegments(first.segments, second.segments),
    ring: { from: first.ring.from, to: second.ring.to, passes: [...first.ring.passes, ...second.ring.passes] },
  };
}

interface FromTo {
  readonly from: unknown;
  readonly to: unknown;
}

/** From what it was first to what it is last, each by whoever changed it last; there and back again is no change. */
function netChanges<Change extends FromTo>(
  first: readonly Change[],
  second: readonly Change[],
  of: (change: Change) => string,
): readonly Change[] {
  const net = new Map(first.map((change) => [of(change), change]));
  for (const change of second) {
    const before = net.get(of(change));
    net.set(of(change), before === undefined ? change : { ...change, from: before.from });
  }
  return [...net.values()].filter((change) => change.from !== change.to);
}

function netSegments(first: Segments, second: Segments): Segments {
  const changed = new Map(second.amended.map((segment) => [segment.segment_id, segment]));
  const gone = new Set(second.withdrawn.map((segment) => segment.segment_id));
  const added = new Set(first.added.map((segment) => segment.segment_id));
  const was = new Map(first.amended.map((segment) => [segment.segment_id, segment.from]));
  const stillAdded = first.added
    .filter((segment) => !gone.has(segment.segment_id))
    .map((segment) => ({ ...segment, content: changed.get(segment.segment_id)?.to ?? segment.content }));
  return {
    added: [...stillAdded, ...second.added],
    amended: netChanges(
      first.amended.filter((segment) => !gone.has(segment.segment_id)),
      second.amended.filter((segment) => !added.has(segment.segment_id)),
      (segment) => segment.segment_id,
    ),
    withdrawn: [
      ...first.withdrawn,
      ...second.withdrawn
        .filter((segment) => !added.has(segment.segment_id))
        .map((segment) => ({ ...segment, content: was.get(segment.segment_id) ?? segment.content })),
    ],
  };
}
