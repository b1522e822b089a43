import { type RefObject, useEffect, useRef } from "react";

/** A form whose first wrong field has the focus after each refusal, here or by the service: `tries` goes up then. */
export function useFirstWrong(tries: number): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try is looked at, and each refusal of one.
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [tries]);
  return form;
}
