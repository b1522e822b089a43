import { Refused } from "@onering/client";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import styles from "./Verification.module.css";

const KNOWN = text.proofs.unknown;

/** Why it can't be told whether an event is what was signed, and what to do. */
export function Unknown({ why, again }: { why: Error; again: () => void }) {
  const known = why instanceof Refused && why.status in KNOWN ? KNOWN[why.status as keyof typeof KNOWN] : null;
  if (known === null) return <Problem error={why} retry={again} />;
  return (
    <>
      <h3 className={styles.plain}>{known.title}</h3>
      <p>{known.body}</p>
      {known.again && <Button onClick={again}>{text.ui.retry}</Button>}
    </>
  );
}
