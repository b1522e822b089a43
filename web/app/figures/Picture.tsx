import { type ReactNode, useId } from "react";
import { text } from "../strings.ts";
import styles from "./Picture.module.css";
import { type Table, TableOf } from "./TableOf.tsx";

export interface PictureProps {
  title: string;
  about?: string | undefined;
  /** What the picture is drawn from, in full. */
  table: Table | null;
  children: ReactNode;
}

/** A picture with its title, and behind it the table that it is drawn from. */
export function Picture({ title, about, table, children }: PictureProps) {
  const id = useId();
  return (
    <section className={styles.picture} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {about !== undefined && <p className={styles.about}>{about}</p>}
      {children}
      {table !== null && table.rows.length > 0 && (
        <details className={styles.behind}>
          <summary>{text.figures.table}</summary>
          <TableOf title={title} table={table} />
        </details>
      )}
    </section>
  );
}
