import { text } from "../strings.ts";
import { day } from "../ui/format.ts";
import { By } from "./By.tsx";
import type { Diff } from "./composed.ts";
import styles from "./Differences.module.css";
import { hours, type NameOf } from "./sentences.ts";
import { WordMarks } from "./WordMarks.tsx";

const say = text.history.changes;
type Field = Diff["fields"][number];

/** What is other about the draft itself: what it is called, who may read it, and so on. */
export function DraftChanges({ fields, nameOf }: { fields: readonly Field[]; nameOf: NameOf }) {
  if (fields.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="changes-draft">
      <h3 id="changes-draft">{say.draft}</h3>
      <dl className={styles.fields}>
        {fields.map((change) => (
          <div key={change.field}>
            <dt>{say.field[change.field]}</dt>
            <dd>
              <p dir="auto">
                <WordMarks from={inWords(change.field, change.from)} to={inWords(change.field, change.to)} />
              </p>
              <By change={change} nameOf={nameOf} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A field's value in words. */
function inWords(field: Field["field"], value: Field["from"]): string {
  const { visibility, status, platform } = text.history;
  if (value === null || value === "") return say.none;
  switch (field) {
    case "turn_limit_hours":
      return hours(Number(value));
    case "target_publish_at":
      return day(String(value));
    case "visibility":
      return worded(visibility, value);
    case "status":
      return worded(status, value);
    case "platform":
      return worded(platform, value);
    case "title":
    case "description":
      return String(value);
  }
}

function worded(words: Readonly<Record<string, string>>, value: string | number): string {
  return words[value] ?? String(value);
}
