import { Page } from "../ui/Page.tsx";

export default function HistoryPage({ draftId }: { draftId: string }) {
  return <Page title={draftId}>{null}</Page>;
}
