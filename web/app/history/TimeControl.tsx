import type { DraftEvent } from "@onering/client";
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
        <Button
          className={styles.step}
          aria-label={say.previous}
          disabled={version <= 1}
          onClick={() => onMove(version - 1, "button")}
        >
          <BackIcon />
        </Button>
        <VersionSlider
          label={say.slider}
          version={version}
          head={head}
          event={event}
          nameOf={nameOf}
          onMove={(to) => onMove(to, "slider")}
        />
        <Button
          className={styles.step}
          aria-label={say.next}
          disabled={version >= head}
          onClick={() => onMove(version + 1, "button")}
        >
          <OnIcon />
        </Button>
        <Button className={styles.step} aria-label={playing ? say.pause : say.play} onClick={() => onPlay(!playing)}>
          {playing ? <PauseIcon /> : <PlayIcon />}
        </Button>
      </div>
    </fieldset>
  );
}
