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
        <Said>{kind === "in" ? say.startIn : say.startOut}</Said>
        {written}
        <Said>{say.end}</Said>
      </Mark>
    );
  });
}

/** The page's words inside somebody's text: with a direction of their own, they don't decide that of the text. */
function Said({ children }: { children: string }) {
  return (
    <span className="said" dir="auto">
      {children}
    </span>
  );
}
