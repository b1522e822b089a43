import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { By } from "./By.tsx";
import type { Diff } from "./composed.ts";
import styles from "./Differences.module.css";
import { isolated, type NameOf } from "./sentences.ts";

const { changes: say, role, asRole } = text.history;
type Member = Diff["members"][number];

/** Who came, who left, and who may do more or less than before. */
export function PeopleChanges({ members, nameOf }: { members: readonly Member[]; nameOf: NameOf }) {
  if (members.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="changes-people">
      <h3 id="changes-people">{say.people}</h3>
      <ul className={styles.list}>
        {members.map((change) => (
          <li key={change.user_id}>
            <p>{became(change, isolated(nameOf(change.user_id)))}</p>
            <By change={change} nameOf={nameOf} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function became({ from, to }: Member, who: string): string {
  if (to === null) return from === null ? who : say.left(who, role[from]);
  return from === null ? say.joined(who, asRole[to]) : say.became(who, role[from], role[to]);
}

/** Whose turn it was at both points, and how often the ring was passed between them. */
export function RingChanges({ ring, nameOf }: { ring: Diff["ring"]; nameOf: NameOf }) {
  const [from, to] = [isolated(nameOf(ring.from)), isolated(nameOf(ring.to))];
  const { passes } = ring;
  return (
    <section className={styles.part} aria-labelledby="changes-ring">
      <h3 id="changes-ring">{say.ring}</h3>
      <p>{ring.from === ring.to ? say.ringStayed(from) : say.ringWent(from, to)}</p>
      {passes.length > 0 && <p>{say.passes(number(passes.length), passes.length === 1)}</p>}
    </section>
  );
}
