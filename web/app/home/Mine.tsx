import { useDrafts } from "@onering/client/react";
import { useEffect } from "react";
import { usePartsAhead } from "../parts.tsx";
import { useTurns } from "../session/Turns.tsx";
import { openList } from "../session/turns.ts";
import { text } from "../strings.ts";
import { queryOf, useAddress } from "./address.ts";
import { Filters } from "./Filters.tsx";
import { Found } from "./Found.tsx";
import styles from "./Mine.module.css";
import { Overview } from "./Overview.tsx";
import { Search } from "./Search.tsx";

/** My drafts: whose turn it is, mine first; or those that a filter or a search finds. */
export function Mine({ me }: { me: string }) {
  const { filter, sought, change } = useAddress("all");
  const listed = useDrafts(queryOf(filter, sought));
  const turns = useTurns();
  useEffect(openList, []);
  usePartsAhead(!listed.loading);
  const overview = filter === "all" && sought === "";
  return (
    <>
      <search className={styles.tools} aria-label={text.home.tools}>
        <Search sought={sought} onSeek={(next) => change({ sought: next })} />
        <Filters filter={filter} onChange={(next) => change({ filter: next })} />
      </search>
      {overview ? (
        <Overview me={me} turns={turns?.drafts ?? []} listed={listed} />
      ) : (
        <section aria-labelledby="found">
          <h2 id="found" className="said">
            {sought === "" ? text.home.filters[filter] : text.home.found}
          </h2>
          <Found me={me} listed={listed} filter={filter} sought={sought} />
        </section>
      )}
    </>
  );
}
