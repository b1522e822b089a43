import { useEffect, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { Entry } from "./Entry.tsx";
import { Filters } from "./Filters.tsx";
import styles from "./Timeline.module.css";
import { type Asked, told } from "./told.ts";
import type { History } from "./useHistory.ts";

/** How many entries are shown at first, and are added each time. */
const STRETCH = 60;
const EVERYTHING: Asked = { order: "newest", kind: "all", person: null };
const say = text.history.timeline;

/** What happened to a draft, in sentences; each leads to the text at that moment. `at` is the version looked at. */
export function Timeline({ history, at }: { history: History; at: number | null }) {
  const { draftId, member, events, head, wantEvent, retryEvents, nameOf } = history;
  const [asked, setAsked] = useState(EVERYTHING);
  const [limit, setLimit] = useState(STRETCH);
  const { events: shown, more, missing } = told(events.byVersion, head, asked, limit);
  // As far as the reader asked, pages are read until enough is known.
  useEffect(() => {
    if (missing !== null && shown.length < limit) wantEvent(missing);
  }, [missing, shown.length, limit, wantEvent]);

  return (
    <section className={styles.timeline} aria-labelledby="what-happened">
      <h2 id="what-happened">{say.heading}</h2>
      <Filters
        asked={asked}
        events={events.byVersion}
        nameOf={nameOf}
        onAsk={(next) => {
          setAsked(next);
          setLimit(STRETCH);
        }}
      />
      {events.problem !== null && <Problem error={events.problem} retry={retryEvents} />}
      {shown.length === 0 && !more && <Nothing onAll={() => setAsked(EVERYTHING)} />}
      <ol className={styles.list}>
        {shown.map((event) => (
          <Entry
            key={event.event_id}
            draftId={draftId}
            member={member}
            nameOf={nameOf}
            event={event}
            current={event.version === at}
          />
        ))}
      </ol>
      {events.reading && <Spinner label={text.history.loading} />}
      {more && !events.reading && <Button onClick={() => setLimit(limit + STRETCH)}>{say.more}</Button>}
    </section>
  );
}

function Nothing({ onAll }: { onAll: () => void }) {
  return (
    <div className={styles.nothing}>
      <p>{say.nothing}</p>
      <Button onClick={onAll}>{say.everything}</Button>
    </div>
  );
}
