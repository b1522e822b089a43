import type { components } from "@onering/client";
import type { NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { number, percent } from "../ui/format.ts";
import { personStyle } from "../ui/person.ts";
import styles from "./Contributions.module.css";
import { partsOf, tableOfParts } from "./contributions.ts";
import { Picture } from "./Picture.tsx";

const say = text.figures.share;

export interface ContributionsProps {
  contributors: readonly components["schemas"]["Contributor"][];
  nameOf: NameOf;
}

/** Each person's part of the text that stands: a bar for their words, and under it one for their segments. */
export function Contributions({ contributors, nameOf }: ContributionsProps) {
  const parts = partsOf(contributors);
  return (
    <Picture title={say.title} about={say.about} table={tableOfParts(parts, nameOf)}>
      {parts.length === 0 && <p>{say.nothing}</p>}
      <ul className={styles.parts}>
        {parts.map((part) => (
          <li key={part.userId} className="person" style={personStyle(part.userId)}>
            <p className={styles.label}>
              <bdi className={styles.name}>{nameOf(part.userId)}</bdi>
              <span>
                {say.row(
                  number(part.words),
                  percent(part.wordShare),
                  number(part.segments),
                  percent(part.segmentShare),
                )}
              </span>
            </p>
            <div className={styles.track} aria-hidden="true">
              <div className={styles.words} style={{ inlineSize: `${100 * part.wordShare}%` }} />
            </div>
            <div className={styles.track} aria-hidden="true">
              <div className={styles.segments} style={{ inlineSize: `${100 * part.segmentShare}%` }} />
            </div>
          </li>
        ))}
      </ul>
    </Picture>
  );
}
