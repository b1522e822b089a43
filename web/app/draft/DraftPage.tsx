/** The page on which people write together. */

import { useDraft } from "@onering/client/react";
import { useRef } from "react";
import { NotLoadedPage } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";
import { DraftView } from "./DraftView.tsx";
import { Opening } from "./Opening.tsx";

const Ended = part(() => import("./Ended.tsx"), { missing: NotLoadedPage });

export default function DraftPage({ draftId }: { draftId: string }) {
  const live = useDraft(draftId);
  const { draft, end, standing } = live;
  const wasOpen = useRef(false);
  if (draft !== null) wasOpen.current = true;
  if (end !== null) return <Ended draftId={draftId} code={end.code} wasOpen={wasOpen.current} retry={live.retry} />;
  if (draft === null) return <Opening standing={standing} />;
  return <DraftView live={live} draft={draft} />;
}
