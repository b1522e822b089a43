import { Link } from "wouter";
import styles from "./NotFound.module.css";
import { text } from "./strings.ts";
import { Page } from "./ui/Page.tsx";

/** No page has this address. */
export default function NotFound() {
  return (
    <Page title={text.page.notFound}>
      <div className={styles.why}>
        <p>{text.page.notFoundWhy}</p>
        <p>
          <Link href="/">{text.page.home}</Link>
        </p>
      </div>
    </Page>
  );
}
