import type { Member } from "@onering/client";
import { text } from "../strings.ts";
import { Field } from "../ui/Field.tsx";

export interface PersonPickerProps {
  label: string;
  members: readonly Member[];
  /** A user id; empty for nobody yet. */
  value: string;
  onChange: (userId: string) => void;
  error?: string | undefined;
}

/** Chooses one of a draft's people: the platform's own list, which every keyboard and screen reader knows. */
export function PersonPicker({ label, members, value, onChange, error }: PersonPickerProps) {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="" disabled>
            {text.people.transfer.choose}
          </option>
          {members.map((member) => (
            <option key={member.user_id} value={member.user_id} dir="auto">
              {`${member.display} (${text.people[member.role]})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
