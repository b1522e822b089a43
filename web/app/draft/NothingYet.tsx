/** A draft in which nothing has been written. */

import type { Draft, DraftState } from "@onering/client";
import { text } from "../strings.ts";
import { Empty } from "../ui/Empty.tsx";
import { nameOf } from "./people.ts";
import type { Rights } from "./rules.ts";

export interface NothingYetProps {
  draft: Draft;
  rights: Rights;
  names: DraftState["names"];
}

export function NothingYet({ draft, rights, names }: NothingYetProps) {
  const first = rights.holds
    ? text.draft.text.emptyMine
    : text.draft.text.emptyTheirs(nameOf(draft, names, draft.ring_state.current_holder_id));
  return (
    <Empty title={text.draft.text.empty}>
      <p>{first}</p>
    </Empty>
  );
}
