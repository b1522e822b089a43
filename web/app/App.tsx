import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import NotFound from "./NotFound.tsx";
import { Spinner } from "./ui/Spinner.tsx";

const Home = lazy(() => import("./home/Home.tsx"));
const DraftPage = lazy(() => import("./draft/DraftPage.tsx"));
const HistoryPage = lazy(() => import("./history/HistoryPage.tsx"));
const InvitePage = lazy(() => import("./invites/InvitePage.tsx"));

/** Which page an address shows; a page of another draft is another page. */
export function App() {
  return (
    <Suspense fallback={<Spinner />}>
      <Switch>
        <Route path="/">
          <Home />
        </Route>
        <Route path="/drafts/:id">{({ id }) => <DraftPage key={id} draftId={id} />}</Route>
        <Route path="/drafts/:id/history">{({ id }) => <HistoryPage key={id} draftId={id} />}</Route>
        <Route path="/invites/:id">{({ id }) => <InvitePage key={id} inviteId={id} />}</Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  );
}
