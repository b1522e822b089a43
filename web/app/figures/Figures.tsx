import { useGet } from "@onering/client/react";
import { useEffect, useState } from "react";
import type { NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { Activity } from "./Activity.tsx";
import { Contributions } from "./Contributions.tsx";
import styles from "./Figures.module.css";
import { Glance } from "./Glance.tsx";
import { Standing } from "./Standing.tsx";
import { Turns } from "./Turns.tsx";
import { Ways } from "./Ways.tsx";

export interface FiguresProps {
  draftId: string;
  /** The draft's newest version: when it grows, the figures are read again. */
  version: number;
  nameOf: NameOf;
}

/** How many turns are drawn at first, and at most. */
const TURNS = { first: 100, most: 500 };
/** How long a draft has to rest before its figures are read again, in milliseconds. */
const REST = 2000;

/** A draft in pictures and figures, for its people. */
export default function Figures({ draftId, version, nameOf }: FiguresProps) {
  const path = { draft_id: draftId };
  const [days, setDays] = useState(30);
  const [limit, setLimit] = useState(TURNS.first);
  const summary = useGet("/v1/analytics/drafts/{draft_id}/summary", { path });
  const people = useGet("/v1/analytics/drafts/{draft_id}/contributors", { path });
  const ring = useGet("/v1/analytics/drafts/{draft_id}/ring", { path, query: { limit } });
  const daily = useGet("/v1/analytics/drafts/{draft_id}/daily", { path, query: { days } });
  const insights = useGet("/v1/insights/drafts/{draft_id}", { path });
  const all = [summary, people, ring, daily, insights];
  useRefreshed(version, all);

  const failed = all.find((each) => each.error !== null);
  if (failed?.error) return <Problem error={failed.error} retry={() => refresh(all)} />;
  if (all.every((each) => each.data === null)) return <Spinner label={text.history.readingPictures} />;
  const more = ring.data?.data.next_cursor != null && limit < TURNS.most;
  return (
    <div className={styles.figures}>
      {summary.data && <Glance summary={summary.data.data} />}
      {insights.data && (
        <Standing draftId={draftId} insights={insights.data.data} ring={ring.data?.data} nameOf={nameOf} />
      )}
      {people.data && <Contributions contributors={people.data.data.contributors} nameOf={nameOf} />}
      {ring.data && (
        <Turns
          holds={ring.data.data.holds}
          nameOf={nameOf}
          earlier={more ? () => setLimit(TURNS.most) : null}
          reading={ring.loading}
        />
      )}
      <Activity days={daily.data?.data.days ?? null} window={days} onWindow={setDays} />
      {ring.data && <Ways passes={ring.data.data.passes} partly={ring.data.data.next_cursor !== null} />}
    </div>
  );
}

interface Refreshable {
  readonly refresh: () => void;
}

function refresh(all: readonly Refreshable[]): void {
  for (const each of all) each.refresh();
}

/** Reads again once the draft has grown and rests. */
function useRefreshed(version: number, all: readonly Refreshable[]): void {
  const [known, setKnown] = useState(version);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read is the same at every drawing.
  useEffect(() => {
    if (version === known) return;
    const timer = setTimeout(() => {
      setKnown(version);
      refresh(all);
    }, REST);
    return () => clearTimeout(timer);
  }, [version, known]);
}
