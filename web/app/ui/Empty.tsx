import type { ReactNode } from "react";

/** Where there is nothing yet: what could be here, and how to begin. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div>
      <p>{title}</p>
      {children}
    </div>
  );
}
