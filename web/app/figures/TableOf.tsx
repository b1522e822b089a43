import { text } from "../strings.ts";
import styles from "./TableOf.module.css";

/** Words and figures in rows; the first of each row says what it is about. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table that scrolls by itself where it is wider than the page. */
export function TableOf({ title, table }: { title: string; table: Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it with the arrow keys.
    <section className={styles.scroll} aria-label={text.figures.tableOf(title)} tabIndex={0}>
      <table className={styles.table}>
        <caption className="said">{title}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([first, ...rest], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity, and no state.
            <tr key={index}>
              <th scope="row">
                <bdi>{first}</bdi>
              </th>
              {rest.map((cell, column) => (
                <td key={table.columns[column + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
