import type { DraftEvent } from "@onering/client";
import { useId } from "react";
import { text } from "../strings.ts";
import { moment, number } from "../ui/format.ts";
import { type NameOf, sentence } from "./sentences.ts";
import styles from "./VersionSlider.module.css";

export interface VersionSliderProps {
  label: string;
  version: number;
  head: number;
  /** What happened at that version, once it is known. */
  event: DraftEvent | undefined;
  nameOf: NameOf;
  onMove: (version: number) => void;
}

/** A handle on a draft's versions; it says where it stands, when that was and what happened there. */
export function VersionSlider({ label, version, head, event, nameOf, onMove }: VersionSliderProps) {
  const id = useId();
  return (
    <span className={styles.slider}>
      <label className="said" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type="range"
        min={1}
        max={Math.max(head, 1)}
        value={version}
        aria-valuetext={standing(version, head, event, nameOf)}
        onChange={(change) => onMove(change.target.valueAsNumber)}
      />
    </span>
  );
}

/** "version 17 of 120, 3 May 2026, 12:04, Bob wrote segment 9" */
export function standing(version: number, head: number, event: DraftEvent | undefined, nameOf: NameOf): string {
  return text.history.moment({
    version: text.history.version(number(version), number(head)),
    when: event === undefined ? null : moment(event.at),
    what: event === undefined ? null : sentence(event, nameOf),
  });
}
