/** The title, which its owner changes in place. */

import type { Draft, DraftActions, DraftState } from "@onering/client";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./Head.module.css";
import { reasonOf } from "./reasons.ts";
import { useFocusAfter } from "./useFocusAfter.ts";
import { flawOf } from "./writing.ts";

export interface TitleProps {
  draft: Draft;
  /** The most code points of a title. */
  limit: number;
  names: DraftState["names"];
  send: DraftActions["send"];
  renaming: boolean;
  /** Begin or end to rename it; null: this person may not. */
  onRename: ((renaming: boolean) => void) | null;
}

export function Title({ renaming, onRename, ...rest }: TitleProps) {
  const { title } = rest.draft;
  const opener = useFocusAfter<HTMLButtonElement>(renaming);
  return (
    <div className={styles.title}>
      {/* The heading stays for those who navigate by headings, also while it is renamed. */}
      <h1 dir="auto" tabIndex={-1} className={renaming ? "said" : undefined}>
        {title}
      </h1>
      {renaming && onRename !== null && <Renaming {...rest} onEnd={() => onRename(false)} />}
      {!renaming && onRename !== null && (
        <button
          type="button"
          ref={opener}
          className={styles.rename}
          aria-label={text.draft.head.rename}
          onClick={() => onRename(true)}
        >
          <Pen />
        </button>
      )}
    </div>
  );
}

function Pen() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentcolor"
      strokeWidth="2"
      aria-hidden="true"
    >
      <path d="M4 20l1-4.500L16.500 4l3.500 3.500L8.500 19z" strokeLinejoin="round" />
    </svg>
  );
}

interface RenamingProps extends Pick<TitleProps, "draft" | "limit" | "names" | "send"> {
  onEnd: () => void;
}

function Renaming({ draft, limit, names, send, onEnd }: RenamingProps) {
  const [title, setTitle] = useState(draft.title);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (title === draft.title) return onEnd();
    const flaw = flawOf(title, limit);
    if (flaw !== null) return setFault(text.draft.head.flaws[flaw]);
    setBusy(true);
    try {
      await send({ type: "edit-draft", draft_id: draft.draft_id, title });
      onEnd();
    } catch (error) {
      setFault(reasonOf(error, names));
      setBusy(false);
    }
  }

  return (
    <form className={styles.renaming} onSubmit={save} noValidate>
      <Field label={text.draft.head.title} error={fault}>
        {(control) => (
          <input
            {...control}
            dir="auto"
            // biome-ignore lint/a11y/noAutofocus: the person asked to rename it
            autoFocus
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && onEnd()}
          />
        )}
      </Field>
      <p className={styles.choices}>
        <Button type="submit" kind="primary" busy={busy}>
          {text.draft.head.save}
        </Button>
        <Button kind="quiet" onClick={onEnd}>
          {text.draft.head.cancel}
        </Button>
      </p>
    </form>
  );
}
