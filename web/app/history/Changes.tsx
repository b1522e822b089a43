import { useEffect, useState } from "react";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { type Go, within } from "./address.ts";
import styles from "./Changes.module.css";
import type { Diff } from "./composed.ts";
import { DraftChanges } from "./DraftChanges.tsx";
import { PeopleChanges, RingChanges } from "./PeopleChanges.tsx";
import { SegmentChanges } from "./SegmentChanges.tsx";
import { useDiff } from "./useDiff.ts";
import type { History } from "./useHistory.ts";
import { standing, VersionSlider } from "./VersionSlider.tsx";

const say = text.history.changes;
/** How far apart the two versions are at first. */
const BACK = 20;
/** How long the handles have to rest before they stand in the address, in milliseconds. */
const REST = 300;

export interface ChangesProps {
  history: History;
  /** As the address has them. */
  from: number | null;
  to: number | null;
  go: Go;
}

/** What changed between two versions of a draft, and who changed it. */
export function Changes({ history, from, to, go }: ChangesProps) {
  const { draftId, head, events, wantEvent, nameOf } = history;
  const [newest] = useState(head);
  const end = within(to ?? newest, head);
  const [handles, setHandles] = useState({ from: within(from ?? end - BACK, head), to: end });
  useEffect(() => {
    const timer = setTimeout(() => go({ show: "changes", ...handles }, { replace: true }), REST);
    return () => clearTimeout(timer);
  }, [handles, go]);
  useEffect(() => {
    wantEvent(handles.from);
    wantEvent(handles.to);
  }, [wantEvent, handles]);
  const [first, last] = [Math.min(handles.from, handles.to), Math.max(handles.from, handles.to)];
  const { diff, problem, retry } = useDiff(draftId, first, last);
  const same = first === last;

  return (
    <section className={styles.changes} aria-labelledby="what-changed">
      <fieldset className={styles.handles}>
        <legend className="said">{text.history.view.changes}</legend>
        {(["from", "to"] as const).map((which) => {
          const version = handles[which];
          const event = events.byVersion.get(version);
          return (
            <div key={which} className={styles.handle}>
              <span className={styles.which}>{say[which]}</span>
              <span className={styles.standing} aria-hidden="true">
                {standing(version, head, event, nameOf)}
              </span>
              <VersionSlider
                label={say[which]}
                version={version}
                head={head}
                event={event}
                nameOf={nameOf}
                onMove={(moved) => setHandles({ ...handles, [which]: moved })}
              />
            </div>
          );
        })}
        {handles.from > handles.to && <p className={styles.hint}>{say.swap}</p>}
      </fieldset>
      <h2 id="what-changed">{say.between(number(first), number(last))}</h2>
      {same && <p>{say.same}</p>}
      {problem !== null && <Problem error={problem} retry={retry} />}
      {!same && diff === null && problem === null && <Spinner label={text.history.readingChanges} />}
      {!same && diff !== null && (
        <div aria-busy={diff.from.version !== first || diff.to.version !== last}>
          <Differences history={history} diff={diff} />
        </div>
      )}
    </section>
  );
}

function Differences({ history, diff }: { history: History; diff: Diff }) {
  const { added, amended, withdrawn } = diff.segments;
  const nothing =
    added.length + amended.length + withdrawn.length + diff.fields.length + diff.members.length === 0 &&
    diff.ring.passes.length === 0;
  if (nothing) {
    return (
      <>
        <p>{say.nothing}</p>
        <p className={styles.hint}>{say.undone}</p>
      </>
    );
  }
  const { nameOf } = history;
  return (
    <>
      <SegmentChanges key={`${diff.from.version}-${diff.to.version}`} segments={diff.segments} nameOf={nameOf} />
      <DraftChanges fields={diff.fields} nameOf={nameOf} />
      <PeopleChanges members={diff.members} nameOf={nameOf} />
      <RingChanges ring={diff.ring} nameOf={nameOf} />
    </>
  );
}
