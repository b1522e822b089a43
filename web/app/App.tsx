import { type MouseEvent, type ReactNode, useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";
import styles from "./App.module.css";
import { Boundary } from "./Boundary.tsx";
import { Header } from "./Header.tsx";
import NotFound from "./NotFound.tsx";
import { NotLoadedPage } from "./NotLoaded.tsx";
import { part } from "./parts.tsx";
import { SessionProvider } from "./session/SessionProvider.tsx";
import { TurnsProvider } from "./session/Turns.tsx";
import { openDraft } from "./session/turns.ts";
import { text } from "./strings.ts";
import { Page } from "./ui/Page.tsx";
import { Spinner } from "./ui/Spinner.tsx";
import { Toasts } from "./ui/Toasts.tsx";

const whole = { waiting: <Coming />, missing: NotLoadedPage };
const Home = part(() => import("./home/Home.tsx"), whole);
const DraftPage = part(() => import("./draft/DraftPage.tsx"), whole);
const HistoryPage = part(() => import("./history/HistoryPage.tsx"), whole);
const InvitePage = part(() => import("./invites/InvitePage.tsx"), whole);

/** Fetches the page of an address while the rest is still finding out who reads it. */
export function prepare(path: string): void {
  const page = path.startsWith("/invites/")
    ? InvitePage
    : path.endsWith("/history")
      ? HistoryPage
      : path === "/"
        ? Home
        : DraftPage;
  // If it can't be had now, showing it tries again, and says so.
  page.fetch().catch(() => {});
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
    </Boundary>
  );
}

/** The draft's own page notices its turns; nobody else has to. */
function Opened({ draftId, children }: { draftId: string; children: ReactNode }) {
  useEffect(() => openDraft(draftId), [draftId]);
  return children;
}

function Coming() {
  return (
    <Page title={text.app.name} heading={null}>
      <Spinner />
    </Page>
  );
}

/** Moves the focus without touching the address, whose end can be somebody's invitation. */
function toMain(event: MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
