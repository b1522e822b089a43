import type { components } from "@onering/client";
import { Link } from "wouter";
import type { NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { When } from "../ui/When.tsx";
import styles from "./Standing.module.css";
import { adviceSentence, alertSentence, insightSentence } from "./standings.ts";

type Schemas = components["schemas"];
const say = text.figures.standing;

export interface StandingProps {
  draftId: string;
  insights: Schemas["Insights"];
  ring: Schemas["Ring"] | undefined;
  nameOf: NameOf;
}

/** How a draft stands, what needs somebody now, and what would help. */
export function Standing({ draftId, insights, ring, nameOf }: StandingProps) {
  const { recommendations } = insights;
  const holder = ring?.current_holder_id ?? null;
  return (
    <section className={styles.standing} aria-labelledby="how-it-stands">
      <h2 id="how-it-stands">{say.title}</h2>
      <ul>
        {insights.insights.map((insight) => (
          <li key={insight.type}>{insightSentence(insight, nameOf)}</li>
        ))}
        {insights.alerts.map((alert) => (
          <li key={alert.alert_type}>
            {alertSentence(alert, holder, nameOf)}{" "}
            <span className={styles.since}>
              {say.since} <When at={alert.triggered_at} />
            </span>
          </li>
        ))}
      </ul>
      {recommendations.length > 0 && (
        <>
          <h3>{say.helps}</h3>
          <ul>
            {recommendations.map((each) => (
              <li key={each.action}>{adviceSentence(each, nameOf)}</li>
            ))}
          </ul>
          <Link className={styles.go} href={`/drafts/${draftId}`}>
            {say.go}
          </Link>
        </>
      )}
    </section>
  );
}
