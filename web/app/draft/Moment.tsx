/** A moment as one says it: the time alone today, else with its day. */

import { fullDate } from "../ui/format.ts";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});

/** `at` is RFC 3339; the title says the full date. */
export function Moment({ at }: { at: string }) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={fullDate(at)}>
      {(today ? clock : day).format(moment)}
    </time>
  );
}
