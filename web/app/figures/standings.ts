/** How a draft stands, what needs somebody and what would help, in sentences. */
import type { components } from "@onering/client";
import { isolated, type NameOf } from "../history/sentences.ts";
import { text } from "../strings.ts";
import { number, percent } from "../ui/format.ts";
import { span } from "./spans.ts";

type Schemas = components["schemas"];
const say = text.figures.standing;
const HOUR = 3600;

/** What is worth knowing; `holder` is the user id of whoever has the ring. */
export function insightSentence({ type, metrics_snapshot: figures }: Schemas["Insight"], nameOf: NameOf): string {
  switch (type) {
    case "healthy":
      return say.healthy;
    case "stalled":
      return say.stalled(span(HOUR * figure(figures.hours_since_activity)));
    case "dominant_user":
      return say.dominant_user(
        isolated(nameOf(String(figures.dominant_user_id))),
        percent(figure(figures.dominance_ratio)),
      );
    case "low_engagement":
      return say.low_engagement(figure(figures.total_contributors) === 1);
  }
}

/** What needs somebody now; `holder` is the user id of whoever has the ring, if it is known. */
export function alertSentence(alert: Schemas["Alert"], holder: string | null, nameOf: NameOf): string {
  switch (alert.alert_type) {
    case "no_activity":
      return say.no_activity(span(HOUR * alert.current_value));
    case "long_ring_hold":
      return say.long_ring_hold(
        holder === null ? say.somebody : isolated(nameOf(holder)),
        span(HOUR * alert.current_value),
      );
    case "single_contributor":
      return say.single_contributor(number(alert.current_value));
  }
}

/** What would help. */
export function adviceSentence({ action, target_user_id }: Schemas["Recommendation"], nameOf: NameOf): string {
  const who = target_user_id === null ? null : isolated(nameOf(target_user_id));
  switch (action) {
    case "nudge_holder":
      return say.nudge_holder(who ?? say.them);
    case "pass_ring":
      return who === null ? say.pass_ring_on : say.pass_ring(who);
    case "invite_user":
      return say.invite_user;
  }
}

const figure = (value: unknown): number => (typeof value === "number" ? value : 0);
