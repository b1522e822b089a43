import { type ReactNode, useId } from "react";

/** What a control needs to be tied to its label, hint and error: `<input {...control} />`. */
export interface Control {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

export interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: (control: Control) => ReactNode;
}

/** A labelled control with its hint, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const control = {
    id,
    "aria-describedby": hint || error ? `${id}-about` : undefined,
    "aria-invalid": error ? true : undefined,
  } as const;
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {children(control)}
      <p id={`${id}-about`}>{error ?? hint}</p>
    </div>
  );
}
