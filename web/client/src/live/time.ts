/** Moments as the service writes them: RFC 3339 in UTC with microseconds, which a `Date` would lose. */

const MOMENT = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d\d:?\d\d)$/;

/** Microseconds since 1970, or null for what is no moment. */
export function microseconds(moment: string): number | null {
  const parts = MOMENT.exec(moment);
  if (parts === null) return null;
  const [, seconds = "", fraction = "", zone = ""] = parts;
  const whole = Date.parse(seconds.toUpperCase().replace(" ", "T") + zone.toUpperCase());
  return Number.isNaN(whole) ? null : whole * 1000 + Number(fraction.padEnd(6, "0"));
}

/** Microseconds since 1970 as the service writes them. */
export function moment(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = String(microseconds - seconds * 1_000_000).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction}Z`;
}

/** A moment, however it is spelled, as the service spells it; what is none stays as it is. */
export function respelled(text: string): string {
  const at = microseconds(text);
  return at === null ? text : moment(at);
}
