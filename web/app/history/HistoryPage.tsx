import { useCallback } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { usePartsAhead } from "../parts.tsx";
import { text } from "../strings.ts";
import { Page } from "../ui/Page.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { type Go, searchOf, type View, viewOf } from "./address.ts";
import { Changes } from "./Changes.tsx";
import { Ended } from "./Ended.tsx";
import styles from "./HistoryPage.module.css";
import { Pictures } from "./Pictures.tsx";
import { Save } from "./Save.tsx";
import { TextThen } from "./TextThen.tsx";
import { Timeline } from "./Timeline.tsx";
import { type History, useHistory } from "./useHistory.ts";
import { Views } from "./Views.tsx";

const say = text.history;

/** The history of a draft: its text at any version, what changed, what happened, and pictures of it. */
export default function HistoryPage({ draftId }: { draftId: string }) {
  const history = useHistory(draftId);
  const view = viewOf(useSearch());
  const [path, navigate] = useLocation();
  const go = useCallback<Go>((to, options) => navigate(path + searchOf(to), options), [path, navigate]);
  const title = history.draft?.title;
  usePartsAhead(history.draft !== null);
  return (
    <Page title={say.title(title ?? say.untitled)} heading={null}>
      <div className={styles.wide}>
        <Heading draftId={draftId} title={title} ended={history.end !== null} />
        {history.end !== null && <Ended code={history.end.code} />}
        {history.draft === null ? (
          history.end === null && <Spinner label={say.loading} />
        ) : (
          <>
            <div className={styles.bar}>
              <Views shown={view.show} />
              <Save draftId={draftId} member={history.member} />
            </div>
            <Shown history={history} view={view} go={go} />
          </>
        )}
      </div>
    </Page>
  );
}

function Heading({ draftId, title, ended }: { draftId: string; title: string | undefined; ended: boolean }) {
  return (
    <header className={styles.head}>
      <Link className={styles.back} href={`/drafts/${draftId}`}>
        {say.back}
      </Link>
      <h1 tabIndex={-1}>
        <span className={ended && title === undefined ? undefined : styles.eyebrow}>{say.heading}</span>{" "}
        <bdi className={styles.of}>{title}</bdi>
      </h1>
    </header>
  );
}

function Shown({ history, view, go }: { history: History; view: View; go: Go }) {
  switch (view.show) {
    case "text":
      return <TextThen history={history} at={view.at} go={go} />;
    case "changes":
      return <Changes history={history} from={view.from} to={view.to} go={go} />;
    case "happened":
      return <Timeline history={history} at={null} />;
    case "pictures":
      return <Pictures history={history} />;
  }
}
