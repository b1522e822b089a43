import { Link } from "wouter";
import { text } from "./strings.ts";
import { Page } from "./ui/Page.tsx";

/** No page has this address. */
export default function NotFound() {
  return (
    <Page title={text.page.notFound}>
      <p>{text.page.notFoundWhy}</p>
      <Link href="/">{text.page.home}</Link>
    </Page>
  );
}
