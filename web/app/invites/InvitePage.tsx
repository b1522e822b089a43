import { Page } from "../ui/Page.tsx";

export default function InvitePage({ inviteId }: { inviteId: string }) {
  return <Page title={inviteId}>{null}</Page>;
}
