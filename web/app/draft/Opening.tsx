/** A draft that is on its way: the shape of a text. */

import type { Standing } from "@onering/client";
import { text } from "../strings.ts";
import { Page } from "../ui/Page.tsx";
import styles from "./Opening.module.css";

/** How wide the lines of each paragraph are, in percent. */
const PARAGRAPHS = [
  [98, 94, 99, 62],
  [96, 99, 41],
  [99, 93, 97, 95, 70],
] as const;

export function Opening({ standing }: { standing: Standing }) {
  const said = standing === "offline" ? text.draft.openingOffline : text.draft.opening;
  return (
    <Page title={text.draft.opening} heading={null}>
      <p role="status" className={standing === "offline" ? styles.offline : "said"}>
        {said}
      </p>
      <Sketch title />
    </Page>
  );
}

/** Where a long text will stand: a window of grey lines, so that what stands below is not pushed away when it comes. */
export function LongSketch() {
  return (
    <div className={styles.long}>
      <Sketch />
      <Sketch />
    </div>
  );
}

/** Grey lines where a text will stand. */
function Sketch({ title = false }: { title?: boolean }) {
  return (
    <div className={styles.sketch} aria-hidden="true">
      {title && <span className={styles.title} />}
      {PARAGRAPHS.map((lines) => (
        <p key={lines.length}>
          {lines.map((width) => (
            <span key={width} style={{ inlineSize: `${width}%` }} />
          ))}
        </p>
      ))}
    </div>
  );
}
