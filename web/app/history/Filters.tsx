import type { DraftEvent } from "@onering/client";
import { useId } from "react";
import { text } from "../strings.ts";
import styles from "./Filters.module.css";
import { KINDS, type NameOf } from "./sentences.ts";
import type { Asked } from "./told.ts";

const say = text.history.timeline;

export interface FiltersProps {
  asked: Asked;
  /** What is known so far: whoever did something can be asked for. */
  events: ReadonlyMap<number, DraftEvent>;
  nameOf: NameOf;
  onAsk: (asked: Asked) => void;
}

/** What of the timeline one wants to see, and from which end. */
export function Filters({ asked, events, nameOf, onAsk }: FiltersProps) {
  const people = [...new Set(Array.from(events.values(), (event) => event.actor.id))];
  return (
    <div className={styles.filters}>
      <Choice
        label={say.kind}
        value={asked.kind}
        options={(["all", ...KINDS] as const).map((kind) => [kind, say.kinds[kind]])}
        onChoose={(kind) => onAsk({ ...asked, kind })}
      />
      <Choice
        label={say.person}
        value={asked.person ?? ""}
        options={[["", say.anybody], ...people.map((id) => [id, nameOf(id)] as const)]}
        onChoose={(person) => onAsk({ ...asked, person: person === "" ? null : person })}
      />
      <Choice
        label={say.order}
        value={asked.order}
        options={(["newest", "oldest"] as const).map((order) => [order, say[order]])}
        onChoose={(order) => onAsk({ ...asked, order })}
      />
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(change) => onChoose(change.target.value as Value)}>
        {options.map(([each, called]) => (
          <option key={each} value={each}>
            {called}
          </option>
        ))}
      </select>
    </div>
  );
}
