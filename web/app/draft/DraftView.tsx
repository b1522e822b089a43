/** A draft that is on the screen: its head, its text, the place where it goes on, and the ring. */

import type { Draft, Written } from "@onering/client";
import type { UsedDraft } from "@onering/client/react";
import { useEffect, useMemo, useRef } from "react";
import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part, usePartsAhead } from "../parts.tsx";
import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Page } from "../ui/Page.tsx";
import type { Change } from "./Amending.tsx";
import { Announcer } from "./Announcer.tsx";
import { Desk } from "./Desk.tsx";
import styles from "./DraftView.module.css";
import { isLong } from "./finding.ts";
import { Head } from "./Head.tsx";
import { Kept } from "./Kept.tsx";
import type { ListHandle } from "./list.ts";
import { Manuscript } from "./Manuscript.tsx";
import { NothingYet } from "./NothingYet.tsx";
import { LongSketch } from "./Opening.tsx";
import { Reader } from "./Reader.tsx";
import { Ring } from "./Ring.tsx";
import { type Rights, rightsOf } from "./rules.ts";
import { UnsentText } from "./unsentText.ts";
import { useAmendments } from "./useAmendments.ts";
import { useFinding } from "./useFinding.ts";
import { useRingCame } from "./useRingCame.ts";
import { useHomeAndEnd, useStayAtEnd } from "./useStayAtEnd.ts";

const FindBar = part(() => import("./FindBar.tsx"));
const WithdrawDialog = part(() => import("./WithdrawDialog.tsx"), { missing: NotLoadedDialog });

export function DraftView({ live, draft }: { live: UsedDraft; draft: Draft }) {
  const { written, older, names, standing, refused, send, dismiss, typing, retry, onEvent } = live;
  const { userId, config } = useSession();
  const rights = useMemo(() => rightsOf(draft, userId), [draft, userId]);
  const { segment_characters: limit, title_characters: titleLimit } = config.limits;
  const amending = useAmendments(draft.draft_id, send, limit, names, (content) => {
    if (userId !== null) UnsentText.of(userId, draft.draft_id).giveBack(content);
  });
  const change = openOf(amending.changes, rights, written);
  const finding = useFinding(isLong(written));
  const manuscript = useRef<ListHandle>(null);
  useRingCame(draft, userId, onEvent);
  usePartsAhead(standing === "live");
  // Whoever sent what was refused has said so where it was sent.
  useEffect(() => {
    for (const { key } of refused) dismiss(key);
  }, [refused, dismiss]);

  const fromEnd = rights.role === "owner" || rights.role === "contributor";
  useStayAtEnd(fromEnd);
  useHomeAndEnd();
  // Whoever reads from the beginning waits for it, rather than having it pushed out of sight.
  const waits = older === "loading" && !fromEnd;
  return (
    <Page title={draft.title} heading={null}>
      <div className={styles.draft}>
        <Head
          draft={draft}
          rights={rights}
          me={userId}
          names={names}
          standing={standing}
          titleLimit={titleLimit}
          send={send}
          onFind={() => finding.seek("")}
        />
        {finding.sought !== null && (
          <FindBar
            written={written}
            sought={finding.sought}
            onSeek={finding.seek}
            onShow={(index) => manuscript.current?.show(index)}
            onClose={() => finding.seek(null)}
          />
        )}
        {waits && <LongSketch />}
        {!waits && written.length > 0 && (
          <Manuscript
            handle={manuscript}
            written={written}
            older={older}
            names={names}
            me={userId}
            fromEnd={fromEnd}
            amendments={rights.write ? amending.amendments : null}
            change={change}
            sought={finding.sought ?? ""}
            retry={retry}
          />
        )}
        {written.length === 0 && older === "none" && <NothingYet draft={draft} rights={rights} names={names} />}
        {amending.changes.map(
          ({ at, content, why }) =>
            at !== change?.at && (
              <Kept
                key={at}
                title={text.draft.unsent.changeTitle}
                value={content ?? ""}
                about={text.draft.unsent.change}
                refused={why}
                discard={() => amending.amendments.cancel(at)}
              />
            ),
        )}
        {userId === null ? (
          <Reader />
        ) : (
          <Desk
            key={userId}
            draft={draft}
            rights={rights}
            userId={userId}
            names={names}
            limit={limit}
            offline={standing === "offline"}
            written={written}
            send={send}
            onTyping={typing}
          />
        )}
        <Ring draft={draft} rights={rights} names={names} standing={standing} send={send} />
        {amending.withdrawing !== null && (
          <WithdrawDialog segment={amending.withdrawing} names={names} send={send} onClose={amending.leave} />
        )}
        <Announcer onEvent={onEvent} me={userId} names={names} />
      </div>
    </Page>
  );
}

/** The change that can be gone on with: the first of those that are still there to be changed, if it is one's turn. */
function openOf(changes: readonly Change[], rights: Rights, written: readonly Written[]): Change | null {
  if (!rights.write) return null;
  return changes.find(({ at }) => written.some(({ segment }) => segment.segment_id === at)) ?? null;
}
