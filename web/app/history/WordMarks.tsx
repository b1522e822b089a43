import { text } from "../strings.ts";
import styles from "./WordMarks.module.css";
import { wordMarks } from "./wordMarks.ts";

const say = text.history.changes;

/** A text with what was taken out and put in; said in words to those who don't see the strokes. */
export function WordMarks({ from, to }: { from: string; to: string }) {
  let at = 0;
  return wordMarks(from, to).map(({ kind, text: written }) => {
    const key = at++;
    if (kind === "kept") return <span key={key}>{written}</span>;
    const Mark = kind === "in" ? "ins" : "del";
    return (
      <Mark key={key} className={styles[kind]}>
        <span className="said">{kind === "in" ? say.startIn : say.startOut}</span>
        {written}
        <span className="said">{say.end}</span>
      </Mark>
    );
  });
}
