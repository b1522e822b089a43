import type { Draft } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { useEffect, useRef, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import { toast } from "../ui/toast.ts";
import { Confirm } from "./Confirm.tsx";
import styles from "./people.module.css";
import { useWish } from "./wish.ts";

type Step = "lock" | "unlock" | "complete" | "archive" | "reopen";

/** What can become of a draft from where it is. */
const STEPS: Readonly<Record<Draft["status"], readonly Step[]>> = {
  active: ["lock", "complete", "archive"],
  locked: ["unlock", "complete", "archive"],
  completed: ["reopen"],
  archived: ["reopen"],
};

const words = text.settings.life;

/** Pauses a draft, ends it, and takes it up again; what ends it is asked first. */
export function DraftLife({ draft }: { draft: Draft }) {
  const client = useOneRing();
  const { busy, error, ask } = useWish();
  const [asking, setAsking] = useState<"complete" | "archive" | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // The step that was taken can't be taken again: its button is gone, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is lost when the status or the question changes.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [draft.status, asking]);
  const command = (step: Step) => ({ type: `${step}-draft`, draft_id: draft.draft_id }) as const;
  const done = (step: Step) => toast({ title: words.done[step], kind: "good" });
  const go = async (step: Step) => {
    if (step === "complete" || step === "archive") return setAsking(step);
    if ((await ask(step, (key) => client.send(command(step), { key }))) !== null) done(step);
  };
  return (
    <section className={`${styles.part} ${styles.below}`}>
      <h3 ref={heading} tabIndex={-1} className={styles.heading}>
        {draft.status === "active" || draft.status === "locked" ? words.title : words.closedTitle}
      </h3>
      {STEPS[draft.status].map((step) => (
        <div key={step} className={styles.step}>
          <p className={styles.soft}>{words[step][1]}</p>
          <Button kind={step === "archive" ? "danger" : "plain"} busy={busy} onClick={() => go(step)}>
            {words[step][0]}
          </Button>
        </div>
      ))}
      {error !== null && <Problem error={error} />}
      {asking !== null && (
        <Confirm
          title={asking === "complete" ? words.completeTitle : words.archiveTitle}
          confirm={words[asking][0]}
          danger={asking === "archive"}
          command={command(asking)}
          onDone={() => {
            done(asking);
            setAsking(null);
          }}
          onClose={() => setAsking(null)}
        >
          <p>{words[asking][1]}</p>
          <p>{words.reopenNote}</p>
        </Confirm>
      )}
    </section>
  );
}
