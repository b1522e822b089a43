import type { DraftsState } from "@onering/client/react";
import { useState } from "react";
import { text } from "../strings.ts";
import { Empty } from "../ui/Empty.tsx";
import { number } from "../ui/format.ts";
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
    <>
      <p className="said" role="status">
        {!state.loading && sought !== "" && text.home.count(state.drafts.length, number(state.drafts.length))}
      </p>
      <DraftList me={me} drafts={state.drafts} state={state} empty={empty} />
    </>
  );
}

/** The newest answer; until there is one, the list before, so that the page does not blink at every letter. */
function useHeld(listed: DraftsState): DraftsState {
  const [held, setHeld] = useState(listed.drafts);
  const answered = !listed.loading || listed.drafts.length > 0;
  if (answered && held !== listed.drafts) setHeld(listed.drafts);
  return answered ? listed : { ...listed, drafts: held, more: null };
}
