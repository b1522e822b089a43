import type { Me } from "@onering/client";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { When } from "../ui/When.tsx";
import styles from "./UsageOf.module.css";

const words = text.session.usage;

/** What I have used of my plan; a limit that is null is none. */
export function UsageOf({ me }: { me: Me }) {
  const { drafts, segments_today, collaborators_per_draft } = me.usage;
  return (
    <section className={styles.usage} aria-labelledby="usage">
      <h3 id="usage">{words.title(me.plan)}</h3>
      {!me.enforced && <p>{words.notEnforced}</p>}
      <dl>
        <Used label={words.drafts} used={drafts.used} limit={drafts.limit} />
        <Used label={words.segments} used={segments_today.used} limit={segments_today.limit} />
        <div>
          <dt>{words.people}</dt>
          <dd>{collaborators_per_draft.limit === null ? words.noLimit : number(collaborators_per_draft.limit)}</dd>
        </div>
      </dl>
      <p>
        {words.resets} <When at={segments_today.resets_at} />
      </p>
    </section>
  );
}

function Used({ label, used, limit }: { label: string; used: number; limit: number | null }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {limit === null ? words.ofNoLimit(number(used)) : words.of(number(used), number(limit))}
        {limit !== null && <meter min={0} max={limit} high={limit * 0.8} optimum={0} value={used} aria-label={label} />}
      </dd>
    </div>
  );
}
