import type { Visibility } from "@onering/client";
import { text } from "../strings.ts";
import { VISIBILITIES } from "./choices.ts";
import styles from "./NewDraftDialog.module.css";

interface VisibilityChoiceProps {
  chosen: Visibility;
  onChoose: (visibility: Visibility) => void;
}

/** Who may read a draft. */
export function VisibilityChoice({ chosen, onChoose }: VisibilityChoiceProps) {
  return (
    <fieldset className={styles.choice}>
      <legend>{text.home.create.visibility}</legend>
      {VISIBILITIES.map((each) => (
        <label key={each}>
          <input type="radio" name="visibility" checked={each === chosen} onChange={() => onChoose(each)} />
          {text.home.create.visibilities[each]}
        </label>
      ))}
    </fieldset>
  );
}
