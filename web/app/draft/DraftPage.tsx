import { Page } from "../ui/Page.tsx";

export default function DraftPage({ draftId }: { draftId: string }) {
  return <Page title={draftId}>{null}</Page>;
}
