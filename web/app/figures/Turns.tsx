import type { components } from "@onering/client";
import type { NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { moment } from "../ui/format.ts";
import { Picture } from "./Picture.tsx";
import { span, tick } from "./spans.ts";
import type { Table } from "./TableOf.tsx";
import styles from "./Turns.module.css";
import { strip } from "./turns.ts";

type RingHold = components["schemas"]["RingHold"];
const say = text.figures.turns;

export interface TurnsProps {
  /** Turns with the ring, newest first. */
  holds: readonly RingHold[];
  nameOf: NameOf;
  /** Has earlier turns drawn, too; null if all are. */
  earlier: (() => void) | null;
  reading: boolean;
}

/** Who held the ring from when to when: a lane for each person, a bar for each turn. */
export function Turns({ holds, nameOf, earlier, reading }: TurnsProps) {
  const { lanes, ticks, from, to } = strip(holds);
  const called = (person: string | null) => (person === null ? text.figures.none : nameOf(person));
  return (
    <Picture title={say.title} about={say.about} table={tableOfTurns(holds, called)}>
      <div className={styles.strip} aria-hidden="true">
        {lanes.map(({ person, bars }) => (
          <div key={person} className={styles.lane}>
            <p className={styles.name}>
              <bdi>{called(person)}</bdi>
              {bars.some((bar) => bar.hold.open) && <span className={styles.now}>{say.openNow}</span>}
            </p>
            <div className={styles.track}>
              {bars.map(({ hold, start, width }) => (
                <div
                  key={hold.start_ts}
                  className={styles.bar}
                  data-open={hold.open || undefined}
                  title={titleOf(hold, called)}
                  style={{ insetInlineStart: `${100 * start}%`, inlineSize: `${100 * width}%` }}
                />
              ))}
            </div>
          </div>
        ))}
        <div className={styles.ticks}>
          {ticks.map((at) => (
            <span key={at}>{tick(at, to - from)}</span>
          ))}
        </div>
      </div>
      {earlier !== null && (
        <Button busy={reading} onClick={earlier}>
          {say.earlier}
        </Button>
      )}
    </Picture>
  );
}

/** Every turn in a row, newest first. */
export function tableOfTurns(holds: readonly RingHold[], called: (person: string | null) => string): Table {
  return {
    columns: [say.person, say.from, say.to, say.long],
    rows: holds.map((hold) => [
      called(hold.user_id),
      moment(hold.start_ts),
      hold.open ? say.open : moment(hold.end_ts),
      span(hold.seconds),
    ]),
  };
}

function titleOf(hold: RingHold, called: (person: string | null) => string): string {
  const [who, from, long] = [called(hold.user_id), moment(hold.start_ts), span(hold.seconds)];
  return hold.open ? say.holdOpen(who, from, long) : say.hold(who, from, moment(hold.end_ts), long);
}
