/** A moment, relative to now ("3 minutes ago"), with the full date as title; `at` is RFC 3339. */
export function When({ at }: { at: string }) {
  return <time dateTime={at}>{at}</time>;
}
