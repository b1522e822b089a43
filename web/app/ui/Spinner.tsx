/** Something is on its way; `label` says what to those who don't see it turn. */
export function Spinner({ label }: { label?: string }) {
  return <span role="status">{label ?? "…"}</span>;
}
