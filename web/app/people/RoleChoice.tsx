import type { GrantedRole } from "@onering/client";
import { useId } from "react";
import { text } from "../strings.ts";
import styles from "./people.module.css";

export interface RoleChoiceProps {
  legend: string;
  value: GrantedRole;
  onChange: (role: GrantedRole) => void;
}

const ROLES = [
  ["contributor", text.people.add.write],
  ["viewer", text.people.add.read],
] as const;

/** What somebody may do in a draft. */
export function RoleChoice({ legend, value, onChange }: RoleChoiceProps) {
  const name = useId();
  return (
    <fieldset className={styles.choice}>
      <legend>{legend}</legend>
      {ROLES.map(([role, words]) => (
        <label key={role}>
          <input type="radio" name={name} checked={value === role} onChange={() => onChange(role)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}
