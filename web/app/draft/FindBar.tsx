/** Finding a word in a text of which only a part is in the document. */

import type { Written } from "@onering/client";
import { type KeyboardEvent, useMemo, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { number } from "../ui/format.ts";
import styles from "./FindBar.module.css";
import { segmentsWith } from "./finding.ts";

export interface FindBarProps {
  written: readonly Written[];
  sought: string;
  onSeek: (sought: string) => void;
  /** Bring the segment of that index into sight. */
  onShow: (index: number) => void;
  onClose: () => void;
}

export default function FindBar({ written, sought, onSeek, onShow, onClose }: FindBarProps) {
  const found = useMemo(() => segmentsWith(written, sought), [written, sought]);
  const [at, setAt] = useState(0);
  const words = text.draft.find;

  function go(to: number) {
    const next = (to + found.length) % found.length;
    const index = found[next];
    if (index === undefined) return;
    setAt(next);
    onShow(index);
  }

  function seek(next: string) {
    onSeek(next);
    setAt(0);
    const [first] = segmentsWith(written, next);
    if (first !== undefined) onShow(first);
  }

  function press(event: KeyboardEvent) {
    if (event.key === "Escape") onClose();
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? at - 1 : at + 1);
  }

  return (
    <search className={styles.find}>
      <input
        type="search"
        aria-label={words.label}
        dir="auto"
        // biome-ignore lint/a11y/noAutofocus: the person asked to find something
        autoFocus
        value={sought}
        onChange={(event) => seek(event.target.value)}
        onKeyDown={press}
      />
      <span className={styles.found} role="status">
        {sought !== "" &&
          (found.length === 0 ? words.none : words.found(number(Math.min(at + 1, found.length)), number(found.length)))}
      </span>
      <span className={styles.steps}>
        <Button kind="quiet" aria-label={words.previous} disabled={found.length === 0} onClick={() => go(at - 1)}>
          <span aria-hidden="true">↑</span>
        </Button>
        <Button kind="quiet" aria-label={words.next} disabled={found.length === 0} onClick={() => go(at + 1)}>
          <span aria-hidden="true">↓</span>
        </Button>
        <Button kind="quiet" onClick={onClose}>
          {words.close}
        </Button>
      </span>
    </search>
  );
}
