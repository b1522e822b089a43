import { text } from "../strings.ts";
import { FILTERS, type Filter } from "./address.ts";
import styles from "./Filters.module.css";

/** Which drafts are shown: one of a few, by the arrow keys or by pointing. */
export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <fieldset className={styles.filters}>
      <legend className="said">{text.home.show}</legend>
      {FILTERS.map((each) => (
        <label key={each}>
          <input type="radio" name="show" value={each} checked={each === filter} onChange={() => onChange(each)} />
          {text.home.filters[each]}
        </label>
      ))}
    </fieldset>
  );
}
