import type { DraftsState } from "@onering/client/react";
import { useRef } from "react";
import { text } from "../strings.ts";
import { Empty } from "../ui/Empty.tsx";
import type { Filter } from "./address.ts";
import { DraftList } from "./DraftList.tsx";
import { NewDraft } from "./NewDraft.tsx";

interface FoundProps {
  me: string | null;
  listed: DraftsState;
  filter: Filter;
  sought: string;
}

/** What a filter or a search finds; while the next search runs, what the one before found. */
export function Found({ me, listed, filter, sought }: FoundProps) {
  const state = useHeld(listed);
  const empty = (
    <Empty title={sought === "" ? text.home.empty[filter] : text.home.empty.search(sought)}>
      {sought === "" && filter === "own" && <NewDraft kind="primary" />}
    </Empty>
  );
  return (
    <section aria-label={sought === "" ? text.home.filters[filter] : text.home.found}>
      <DraftList me={me} drafts={state.drafts} state={state} empty={empty} />
    </section>
  );
}

/** The newest answer; until there is one, the list before, so that the page does not blink at every letter. */
function useHeld(listed: DraftsState): DraftsState {
  const held = useRef<DraftsState>(listed);
  if (!listed.loading || listed.drafts.length > 0) held.current = listed;
  return held.current === listed ? listed : { ...listed, drafts: held.current.drafts, more: null };
}
