/** Moments as `<input type="datetime-local">` has them: the clock on the reader's wall, to the minute. */

const two = (value: number) => String(value).padStart(2, "0");

/** Return an RFC 3339 moment in the form of the input; empty for none. */
export function toLocal(moment: string | null): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Return what the input says as RFC 3339 with the offset that holds here at that time; null for nothing. */
export function fromLocal(input: string): string | null {
  const at = new Date(input);
  if (Number.isNaN(at.getTime())) return null;
  const ahead = -at.getTimezoneOffset();
  const offset = `${ahead < 0 ? "-" : "+"}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return `${input.length === 16 ? `${input}:00` : input}${offset}`;
}
