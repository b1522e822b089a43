export interface ProblemProps {
  error: Error;
  retry?: (() => void) | undefined;
}

/** What went wrong in plain words, and what to do about it. */
export function Problem({ error }: ProblemProps) {
  return <p role="alert">{error.message}</p>;
}
