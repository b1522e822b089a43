import type { Segment } from "@onering/client";
import { text } from "../strings.ts";
import { number, percent } from "../ui/format.ts";
import { personStyle } from "../ui/person.ts";
import styles from "./Authors.module.css";
import type { NameOf } from "./sentences.ts";
import { sharesOf } from "./shares.ts";

const say = text.history;

/** The key to a text by author: the colour and edge of each person's passages, and their part of it. */
export function Authors({ segments, nameOf }: { segments: readonly Segment[]; nameOf: NameOf }) {
  const shares = sharesOf(segments);
  if (shares.length === 0) return null;
  return (
    <ul className={styles.authors} aria-label={say.authors}>
      {shares.map(({ userId, place, words, share }) => (
        <li key={userId} className={`${styles.author} person`} style={personStyle(userId)} data-pattern={place % 4}>
          <bdi className={styles.name}>{nameOf(userId)}</bdi>
          <span>{words === 1 ? say.oneWord(percent(share)) : say.share(number(words), percent(share))}</span>
        </li>
      ))}
    </ul>
  );
}
