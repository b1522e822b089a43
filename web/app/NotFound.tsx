import { Link } from "wouter";
import { text } from "./strings.ts";
import { Page } from "./ui/Page.tsx";
import { Told } from "./ui/Told.tsx";

/** No page has this address. */
export default function NotFound() {
  return (
    <Page title={text.page.notFound}>
      <Told why={text.page.notFoundWhy}>
        <Link href="/">{text.page.home}</Link>
      </Told>
    </Page>
  );
}
