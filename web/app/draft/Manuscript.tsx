/** The text: every segment in order, and what is missing of it above and new below. */

import type { DraftState, Written } from "@onering/client";
import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { part } from "../parts.tsx";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import type { Amendments, Change } from "./Amending.tsx";
import { isLong } from "./finding.ts";
import type { ListHandle, ListProps } from "./list.ts";
import styles from "./Manuscript.module.css";
import { NewBelow } from "./NewBelow.tsx";
import { called } from "./names.ts";
import { LongSketch } from "./Opening.tsx";
import { Passage } from "./Passage.tsx";
import { PlainList } from "./PlainList.tsx";
import { openingAt } from "./passages.ts";
import { useAtEnd } from "./useAtEnd.ts";

interface LongListProps extends ListProps {
  /** It can't be had: the text has to be shown without it. */
  doWithout: () => void;
}

/** What shows a long text is as large as the rest of the draft's page, and most drafts never need it. */
const LongList = part<LongListProps>(() => import("./VirtualList.tsx"), {
  waiting: <LongSketch />,
  missing: NoLongList,
});

function NoLongList({ doWithout }: LongListProps) {
  useLayoutEffect(doWithout, [doWithout]);
  return null;
}

export interface ManuscriptProps {
  handle: RefObject<ListHandle | null>;
  written: readonly Written[];
  older: DraftState["older"];
  names: DraftState["names"];
  me: string | null;
  /** Open at the end, where people write, and not at the beginning. */
  fromEnd: boolean;
  amendments: Amendments | null;
  /** What is being changed; null: nothing. */
  change: Change | null;
  sought: string;
  retry: () => void;
}

export const Manuscript = memo(function Manuscript(props: ManuscriptProps) {
  const { handle, written, older, names, me, fromEnd, amendments, change, sought, retry } = props;
  // A text that grows long while it is read stays as it is: nothing may move then.
  const [long, setLong] = useState(() => isLong(written));
  const doWithout = useCallback(() => setLong(false), []);

  const atEnd = useAtEnd();
  const seen = useRef(written.at(-1)?.segment.segment_order ?? -1);
  useEffect(() => {
    if (atEnd) seen.current = written.at(-1)?.segment.segment_order ?? -1;
  });
  const unseen = atEnd ? 0 : newSince(written, seen.current, me);

  function draw(index: number) {
    const item = written[index];
    if (item === undefined) return null;
    const { segment, state } = item;
    return (
      <Passage
        segment={segment}
        opening={openingAt(written, index)}
        name={called(names, segment.author_user_id, segment.author_display)}
        me={me}
        underway={state === "sending"}
        amendments={segment.author_user_id === me ? amendments : null}
        change={segment.segment_id === change?.at ? change : null}
        sought={sought}
      />
    );
  }

  const pinned = change === null ? -1 : written.findIndex(({ segment }) => segment.segment_id === change.at);
  const list = { handle, written, fromEnd, draw };
  return (
    <section className={styles.manuscript} aria-label={text.draft.text.label}>
      <Earlier older={older} retry={retry} />
      {long ? <LongList {...list} pinned={pinned} doWithout={doWithout} /> : <PlainList {...list} />}
      <NewBelow count={unseen} show={() => handle.current?.showEnd()} />
    </section>
  );
});

/** How many segments of others came after the one of that order. */
function newSince(written: readonly Written[], order: number, me: string | null): number {
  return written.filter(({ segment }) => segment.segment_order > order && segment.author_user_id !== me).length;
}

/** What is missing above; its place is always kept, so that nothing moves when it comes. */
function Earlier({ older, retry }: { older: DraftState["older"]; retry: () => void }) {
  return (
    <div className={styles.earlier} role="status">
      {older === "loading" && text.draft.text.earlier}
      {older === "failed" && (
        <>
          {text.draft.text.earlierFailed}{" "}
          <Button kind="quiet" onClick={retry}>
            {text.draft.again}
          </Button>
        </>
      )}
    </div>
  );
}
