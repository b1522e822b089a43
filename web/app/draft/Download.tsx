/** The text as a file. */

import type { components } from "@onering/client";
import { useOneRing } from "@onering/client/react";
import { useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Problem } from "../ui/Problem.tsx";
import styles from "./Dialogs.module.css";

type Export = components["schemas"]["Export"];
const FORMATS = ["markdown", "html", "json"] as const satisfies readonly Export["format"][];

export function Download({ draftId }: { draftId: string }) {
  const client = useOneRing();
  const [format, setFormat] = useState<Export["format"]>("markdown");
  const [credits, setCredits] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const words = text.draft.share;

  async function download() {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const body = { format, include_credits: credits };
      const { data } = await client.call("post", "/v1/export/drafts/{draft_id}", { path: { draft_id: draftId }, body });
      save(data);
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <fieldset className={styles.download}>
      <legend>{words.download}</legend>
      <div className={styles.formats}>
        {FORMATS.map((one) => (
          <label key={one}>
            <input type="radio" name="format" checked={format === one} onChange={() => setFormat(one)} />
            {words.formats[one]}
          </label>
        ))}
      </div>
      <label>
        <input type="checkbox" checked={credits} onChange={(event) => setCredits(event.target.checked)} />
        {words.credits}
      </label>
      {error !== null && <Problem error={error} />}
      <Button busy={busy} onClick={download}>
        {words.save}
      </Button>
    </fieldset>
  );
}

/** Hand a file to the browser, which asks the person where to, or puts it where downloads go. */
function save({ content, content_type, filename }: Export) {
  const address = URL.createObjectURL(new Blob([content], { type: content_type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  link.click();
  URL.revokeObjectURL(address);
}
