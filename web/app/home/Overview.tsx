import type { ListedDraft } from "@onering/client";
import type { DraftsState } from "@onering/client/react";
import { useEffect } from "react";
import { text } from "../strings.ts";
import { Empty } from "../ui/Empty.tsx";
import { DraftList } from "./DraftList.tsx";
import { NewDraft } from "./NewDraft.tsx";
import styles from "./Overview.module.css";
import { ordered } from "./order.ts";

interface OverviewProps {
  me: string;
  turns: readonly ListedDraft[];
  listed: DraftsState;
}

/** All my drafts: those that wait for me, and the others. */
export function Overview({ me, turns, listed }: OverviewProps) {
  const { mine, others } = ordered(turns, listed.drafts, me);
  const nothing = mine.length === 0 && others.length === 0;
  useFurther(nothing, listed);
  return (
    <>
      {mine.length > 0 && (
        <section className={styles.part} aria-labelledby="your-turn">
          <h2 id="your-turn" className={styles.turn}>
            {text.home.yourTurn}
          </h2>
          <DraftList me={me} drafts={mine} />
        </section>
      )}
      <section className={styles.part} aria-labelledby="others">
        <h2 id="others" className={mine.length > 0 && others.length > 0 ? undefined : "said"}>
          {text.home.others}
        </h2>
        <DraftList
          me={me}
          drafts={others}
          state={listed}
          empty={
            mine.length > 0 ? null : (
              <Empty title={text.home.empty.all}>
                <NewDraft kind="primary" />
              </Empty>
            )
          }
        />
      </section>
    </>
  );
}

/** A page of nothing but archived drafts shows nothing: the next one may. */
function useFurther(nothing: boolean, { loading, more }: DraftsState) {
  useEffect(() => {
    if (nothing && !loading) more?.();
  }, [nothing, loading, more]);
}
