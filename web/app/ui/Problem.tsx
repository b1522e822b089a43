import { text } from "../strings.ts";
import { Button } from "./Button.tsx";
import styles from "./Problem.module.css";
import { wordsOf } from "./problems.ts";

export interface ProblemProps {
  /** Any error; `Refused` and `Unreachable` are worded by what they say, others as a fault of the page. */
  error: Error;
  retry?: (() => void) | undefined;
}

/** What went wrong in plain words, what to do about it, and how to try again where that may help. */
export function Problem({ error, retry }: ProblemProps) {
  const { title, body, reference } = wordsOf(error);
  return (
    <div className={styles.problem} role="alert">
      <p className={styles.title}>{title}</p>
      {body !== "" && <p dir="auto">{body}</p>}
      {reference !== null && <p className={styles.reference}>{text.problems.reference(reference)}</p>}
      {retry !== undefined && <Button onClick={retry}>{text.ui.retry}</Button>}
    </div>
  );
}
