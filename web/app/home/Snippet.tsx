import type { ListedDraft } from "@onering/client";
import styles from "./DraftRow.module.css";
import { pieces } from "./pieces.ts";

/** Where what was sought is written, with what matches marked. */
export function Snippet({ snippet }: { snippet: NonNullable<ListedDraft["snippet"]> }) {
  return (
    <p className={styles.teaser} dir="auto">
      {pieces(snippet.text, snippet.matches).map(({ at, written, match }) =>
        match ? <mark key={at}>{written}</mark> : written,
      )}
    </p>
  );
}
