import { useOneRing } from "@onering/client/react";
import { useState } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Menu } from "../ui/Menu.tsx";
import { sentenceOf } from "../ui/problems.ts";
import { toast } from "../ui/toast.ts";
import styles from "./Save.module.css";

const FORMATS = ["markdown", "html", "json"] as const;
type Format = (typeof FORMATS)[number];
const say = text.history.save;

/** Takes the draft along: as a file for its people, and on paper for every reader. */
export function Save({ draftId, member }: { draftId: string; member: boolean }) {
  const client = useOneRing();
  const [saving, setSaving] = useState(false);

  const save = async (format: Format) => {
    setSaving(true);
    try {
      const { data } = await client.call("post", "/v1/export/drafts/{draft_id}", {
        path: { draft_id: draftId },
        body: { format, include_credits: true },
      });
      keep(data);
      toast({ title: say.saved(data.filename), body: say.now, kind: "good" });
    } catch (reason) {
      toast({
        title: say.failed,
        body: sentenceOf(reason instanceof Error ? reason : new Error(String(reason))),
        kind: "bad",
      });
    } finally {
      setSaving(false);
    }
  };

  if (!member) {
    return (
      <div className={styles.save}>
        <Button kind="quiet" onClick={() => print()} title={text.history.members.download}>
          {say.print}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.save} aria-busy={saving}>
      <Menu
        label={say.menu}
        items={[
          ...FORMATS.map((format) => ({ label: say[format], disabled: saving, onSelect: () => void save(format) })),
          "separator",
          { label: say.print, onSelect: () => print() },
        ]}
      />
    </div>
  );
}

interface File {
  readonly filename: string;
  readonly content: string;
  readonly content_type: string;
}

/** Hands a file to the browser, which keeps it where it keeps downloads. */
function keep({ filename, content, content_type }: File): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: content_type }));
  link.download = filename;
  link.click();
  // Safari reads it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
