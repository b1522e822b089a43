import type { DraftEvent } from "@onering/client";
import type { ReactNode } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { fullDate, moment, number } from "../ui/format.ts";
import { BackIcon, OnIcon, PauseIcon, PlayIcon } from "./icons.tsx";
import { type NameOf, sentence } from "./sentences.ts";
import styles from "./TimeControl.module.css";
import { VersionSlider } from "./VersionSlider.tsx";

export interface TimeControlProps {
  version: number;
  head: number;
  event: DraftEvent | undefined;
  nameOf: NameOf;
  playing: boolean;
  /** Whether a change of version is to be announced: the slider, and what plays, speak for themselves. */
  announced: boolean;
  onPlay: (playing: boolean) => void;
  /** Moves; `by` says whether the slider did, or a button. */
  onMove: (version: number, by: "slider" | "button") => void;
}

const say = text.history;

/** Where one is in the time of a draft, and how to get elsewhere. */
export function TimeControl({ version, head, event, nameOf, announced, playing, onPlay, onMove }: TimeControlProps) {
  return (
    <fieldset className={styles.control}>
      <legend className="said">{say.view.text}</legend>
      <p className={styles.standing} aria-live={announced ? "polite" : "off"}>
        <span className={styles.version}>{say.version(number(version), number(head))}</span>
        {event !== undefined && (
          <>
            <span className={styles.what}>{sentence(event, nameOf)}</span>
            <time className={styles.when} dateTime={event.at} title={fullDate(event.at)}>
              {moment(event.at)}
            </time>
          </>
        )}
      </p>
      <div className={styles.row}>
        <Step label={say.previous} to={version - 1} head={head} onMove={onMove}>
          <BackIcon />
        </Step>
        <VersionSlider
          label={say.slider}
          version={version}
          head={head}
          event={event}
          nameOf={nameOf}
          onMove={(to) => onMove(to, "slider")}
        />
        <Step label={say.next} to={version + 1} head={head} onMove={onMove}>
          <OnIcon />
        </Step>
        <Button className={styles.step} aria-label={playing ? say.pause : say.play} onClick={() => onPlay(!playing)}>
          {playing ? <PauseIcon /> : <PlayIcon />}
        </Button>
      </div>
    </fieldset>
  );
}

interface StepProps {
  label: string;
  to: number;
  head: number;
  onMove: TimeControlProps["onMove"];
  children: ReactNode;
}

/** A step to a neighbour. At an end it does nothing, and keeps the focus of whoever went there with it. */
function Step({ label, to, head, onMove, children }: StepProps) {
  const nowhere = to < 1 || to > head;
  return (
    <Button
      className={styles.step}
      aria-label={label}
      aria-disabled={nowhere || undefined}
      onClick={() => !nowhere && onMove(to, "button")}
    >
      {children}
    </Button>
  );
}
