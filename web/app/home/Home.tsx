import { useSession } from "../session/session.ts";
import { text } from "../strings.ts";
import { Page } from "../ui/Page.tsx";
import { Mine } from "./Mine.tsx";
import { Welcome } from "./Welcome.tsx";

/** Where one begins: one's drafts, or what this is and what everybody may read. */
export default function Home() {
  const { userId } = useSession();
  return userId === null ? (
    <Page title={text.app.name} heading={null}>
      <Welcome />
    </Page>
  ) : (
    <Page title={text.home.title}>
      <Mine me={userId} />
    </Page>
  );
}
