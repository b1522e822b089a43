import type { NotProved, Proved } from "@onering/client/proofs";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { number } from "../ui/format.ts";
import { CheckIcon } from "../ui/icons.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { Details } from "./Details.tsx";
import { keep } from "./keep.ts";
import { Unknown } from "./Unknown.tsx";
import { type Event, useVerified } from "./useVerified.ts";
import styles from "./Verification.module.css";

/** Whether an event is what was signed: in plain words, with what was compared for whoever wants to know. */
export default function Verification(event: Event) {
  const { verified, again, trustAnew } = useVerified(event);
  return (
    <div className={styles.verification}>
      {verified.is === "checking" && <Spinner label={text.proofs.checking} />}
      <div role="status" className={styles.verdict}>
        {verified.is === "proved" && <Holds proved={verified.proved} />}
        {verified.is === "not-proved" && <Fails why={verified.why} />}
        {verified.is === "unknown" && <Unknown why={verified.why} again={again} />}
      </div>
      {verified.is === "not-proved" && DOUBTS.has(verified.why.reason) && (
        <Button kind="danger" onClick={trustAnew}>
          {text.proofs.trustAnew}
        </Button>
      )}
      {verified.is === "proved" && <Details proved={verified.proved} />}
      {verified.file !== null && (
        <footer className={styles.file}>
          <p>{text.proofs.file}</p>
          <Button onClick={() => keep(verified.file, event)}>{text.proofs.save}</Button>
        </footer>
      )}
    </div>
  );
}

/** Where the log is not as it was, and may have been begun anew by those who run it. */
const DOUBTS: ReadonlySet<NotProved["reason"]> = new Set(["other-key", "shorter", "forked"]);

function Holds({ proved: { event, checkpoint, before } }: { proved: Proved }) {
  return (
    <>
      <h3 className={styles.good}>
        <CheckIcon />
        {text.proofs.holds}
      </h3>
      <p>{text.proofs.entry(number(event.position), number(checkpoint.size))}</p>
      <p>{event.payload === null ? text.proofs.erased : text.proofs.unchanged}</p>
      <p>{before === null ? text.proofs.firstTime : text.proofs.seenBefore(number(before.size))}</p>
    </>
  );
}

function Fails({ why }: { why: NotProved }) {
  const { title, body } = text.proofs.fails[why.reason];
  return (
    <>
      <h3 className={styles.bad}>{title}</h3>
      <p>{body}</p>
      <p className={styles.exactly}>{text.proofs.exactly(why.message)}</p>
    </>
  );
}
