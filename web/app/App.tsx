import { lazy, type MouseEvent, type ReactNode, Suspense, useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";
import styles from "./App.module.css";
import { Boundary } from "./Boundary.tsx";
import { Header } from "./Header.tsx";
import NotFound from "./NotFound.tsx";
import { SessionProvider } from "./session/SessionProvider.tsx";
import { TurnsProvider } from "./session/Turns.tsx";
import { openDraft } from "./session/turns.ts";
import { text } from "./strings.ts";
import { Page } from "./ui/Page.tsx";
import { Spinner } from "./ui/Spinner.tsx";
import { Toasts } from "./ui/Toasts.tsx";

const parts = {
  home: () => import("./home/Home.tsx"),
  draft: () => import("./draft/DraftPage.tsx"),
  history: () => import("./history/HistoryPage.tsx"),
  invite: () => import("./invites/InvitePage.tsx"),
};
const Home = lazy(parts.home);
const DraftPage = lazy(parts.draft);
const HistoryPage = lazy(parts.history);
const InvitePage = lazy(parts.invite);

/** Fetches the page of an address while the rest is still finding out who reads it. */
export function prepare(path: string): void {
  const part = path.startsWith("/invites/")
    ? "invite"
    : path.endsWith("/history")
      ? "history"
      : path === "/"
        ? "home"
        : "draft";
  // If it can't be had now, showing it tries again, and says so.
  parts[part]().catch(() => {});
}

/** The page: who reads it, what stands above it, and what its address shows. */
export function App() {
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to a place on the page, as links do. */}
      <a className={styles.skip} href="#main" onClick={toMain}>
        {text.app.skip}
      </a>
      <Boundary>
        <SessionProvider>
          <TurnsProvider>
            <Header />
            <Pages />
          </TurnsProvider>
        </SessionProvider>
      </Boundary>
      <Toasts />
    </>
  );
}

/** Which page an address shows. The page of another draft is another page, and what broke is left behind. */
function Pages() {
  const [address] = useLocation();
  return (
    <Boundary key={address}>
      <Suspense fallback={<Coming />}>
        <Switch>
          <Route path="/">
            <Home />
          </Route>
          <Route path="/drafts/:id">
            {({ id }) => (
              <Opened draftId={id}>
                <DraftPage draftId={id} />
              </Opened>
            )}
          </Route>
          <Route path="/drafts/:id/history">{({ id }) => <HistoryPage draftId={id} />}</Route>
          <Route path="/invites/:id">{({ id }) => <InvitePage inviteId={id} />}</Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}

/** The draft's own page notices its turns; nobody else has to. */
function Opened({ draftId, children }: { draftId: string; children: ReactNode }) {
  useEffect(() => openDraft(draftId), [draftId]);
  return children;
}

const Coming = () => (
  <Page title={text.app.name} heading={null}>
    <Spinner />
  </Page>
);

/** Moves the focus without touching the address, whose end can be somebody's invitation. */
function toMain(event: MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
