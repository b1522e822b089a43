import type { Proved } from "@onering/client/proofs";
import { text } from "../strings.ts";
import { moment, number } from "../ui/format.ts";
import styles from "./Verification.module.css";

/** What was compared, in the words of whoever does the same by other means. */
export function Details({ proved }: { proved: Proved }) {
  const { event, index, checkpoint, signers } = proved;
  const facts: readonly (readonly [string, string])[] = [
    [text.proofs.details.log, checkpoint.origin],
    [text.proofs.details.index, number(index)],
    [text.proofs.details.size, number(checkpoint.size)],
    [text.proofs.details.leaf, event.leaf],
    [text.proofs.details.root, proved.root],
    [text.proofs.details.who, `${event.subject} · ${event.issuer}`],
    [text.proofs.details.when, moment(event.recorded_at)],
    ...signers.map((key) => [text.proofs.details.key, key.text] as const),
  ];
  return (
    <details className={styles.details}>
      <summary>{text.proofs.details.title}</summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name + value}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
