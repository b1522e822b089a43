import { useCallback, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { number } from "../ui/format.ts";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { Authors } from "./Authors.tsx";
import { type Go, searchOf } from "./address.ts";
import { Manuscript } from "./Manuscript.tsx";
import styles from "./TextThen.module.css";
import { TimeControl } from "./TimeControl.tsx";
import { Timeline } from "./Timeline.tsx";
import type { History } from "./useHistory.ts";
import { usePast } from "./usePast.ts";
import { usePlaying } from "./usePlaying.ts";
import { useVersion } from "./useVersion.ts";

const say = text.history;

/** The text as it was at a version, and the way through all of them. */
export function TextThen({ history, at, go }: { history: History; at: number | null; go: Go }) {
  const { draftId, head, events, wantEvent, nameOf } = history;
  const [version, move] = useVersion(at, head, go);
  const past = usePast(draftId, version, head);
  const [movedBy, setMovedBy] = useState<"slider" | "button" | "play" | null>(null);
  const [byAuthor, setByAuthor] = useState(false);
  const [path] = useLocation();

  const event = events.byVersion.get(version);
  useEffect(() => wantEvent(version), [wantEvent, version]);
  const next = useCallback(
    (to: number) => {
      setMovedBy("play");
      move(to);
    },
    [move],
  );
  const [playing, setPlaying] = usePlaying(version, past.shown?.version === version, version >= head, next);

  return (
    <div className={styles.columns}>
      <section className={styles.main} aria-label={say.view.text}>
        <TimeControl
          version={version}
          head={head}
          event={event}
          nameOf={nameOf}
          playing={playing}
          announced={movedBy === "button"}
          onPlay={(play) => {
            // From the end there is nowhere to go but through everything again.
            if (play && version >= head) move(1);
            setPlaying(play);
          }}
          onMove={(to, by) => {
            setPlaying(false);
            setMovedBy(by);
            move(to);
          }}
        />
        <Newer count={head - version} shown={at === null} onGo={() => move(head)} />
        <div className={styles.tools}>
          <label className={styles.toggle}>
            <input type="checkbox" checked={byAuthor} onChange={(change) => setByAuthor(change.target.checked)} />
            {say.byAuthor}
          </label>
          {version > 1 && (
            <Link href={path + searchOf({ show: "changes", from: version - 1, to: version })}>{say.compareWith}</Link>
          )}
        </div>
        {past.problem !== null && <Problem error={past.problem} retry={past.retry} />}
        {past.shown === null ? (
          past.problem === null && <Spinner label={say.readingText} />
        ) : (
          <>
            {byAuthor && <Authors segments={past.shown.segments} nameOf={nameOf} />}
            <Manuscript
              draft={past.shown}
              nameOf={nameOf}
              byAuthor={byAuthor}
              event={events.byVersion.get(past.shown.version)}
              follows={movedBy === "button" || movedBy === "play"}
              waiting={past.shown.version !== version && past.problem === null}
            />
          </>
        )}
      </section>
      <div className={styles.beside}>
        <Timeline history={history} at={version} />
      </div>
    </div>
  );
}

/** How much was written while one looked at the newest version: said quietly, and nobody is moved. */
function Newer({ count, shown, onGo }: { count: number; shown: boolean; onGo: () => void }) {
  return (
    <p className={styles.newer} role="status">
      {shown && count > 0 && (
        <>
          {say.newer(number(count), count === 1)}
          <Button kind="quiet" onClick={onGo}>
            {say.toNewest}
          </Button>
        </>
      )}
    </p>
  );
}
