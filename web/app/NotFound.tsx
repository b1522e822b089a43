import { Link } from "wouter";
import { text } from "./strings.ts";
import { Empty } from "./ui/Empty.tsx";
import { Page } from "./ui/Page.tsx";

/** No page has this address. */
export default function NotFound() {
  return (
    <Page title={text.page.notFound}>
      <Empty title={text.page.notFoundWhy}>
        <Link href="/">{text.page.home}</Link>
      </Empty>
    </Page>
  );
}
