import { part } from "../parts.tsx";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { Spinner } from "../ui/Spinner.tsx";
import styles from "./Activity.module.css";
import { type Day, isQuiet, tableOfDays } from "./activity.ts";
import { Picture } from "./Picture.tsx";

// What draws it is larger than all of this page: it comes when there is something to draw.
const DayPlot = part(() => import("./DayPlot.tsx"), { waiting: <Spinner label={text.history.readingPictures} /> });

const say = text.figures.days;
const WINDOWS = [14, 30, 90];

export interface ActivityProps {
  /** Oldest first; null until they are known. */
  days: readonly Day[] | null;
  window: number;
  onWindow: (days: number) => void;
}

/** What each day brought, as far back as one wants to see. */
export function Activity({ days, window, onWindow }: ActivityProps) {
  return (
    <Picture title={say.title} about={say.about} table={days === null ? null : tableOfDays(days)}>
      <fieldset className={styles.windows}>
        <legend className="said">{say.window}</legend>
        {WINDOWS.map((each) => (
          <label key={each}>
            <input type="radio" name="window" checked={each === window} onChange={() => onWindow(each)} />
            {say.last(number(each))}
          </label>
        ))}
      </fieldset>
      <div className={styles.place}>
        {days === null ? <Spinner label={text.history.readingPictures} /> : <Drawn days={days} />}
      </div>
    </Picture>
  );
}

function Drawn({ days }: { days: readonly Day[] }) {
  if (days.every(isQuiet)) return <p>{say.quiet}</p>;
  const sum = (of: (day: Day) => number) => number(days.reduce((total, day) => total + of(day), 0));
  const told = say.picture(
    number(days.length),
    sum((day) => day.words_added),
    sum((day) => day.words_removed),
  );
  return (
    <div role="img" aria-label={told}>
      <DayPlot days={days} />
    </div>
  );
}
