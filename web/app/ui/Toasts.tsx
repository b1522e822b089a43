/** The passing messages, announced politely; one for the whole page. */
export function Toasts() {
  return <section aria-live="polite" />;
}
