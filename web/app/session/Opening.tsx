import { Bar } from "../Bar.tsx";
import { text } from "../strings.ts";
import { Page } from "../ui/Page.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import styles from "./Opening.module.css";

/** Before the page knows where it is and who reads it; `failing`: the service did not answer so far. */
export function Opening({ failing }: { failing: boolean }) {
  return (
    <>
      <Bar />
      <Page title={text.app.name} heading={null}>
        {failing ? (
          <div className={styles.away} role="status">
            <h1>{text.app.unreachable}</h1>
            <p>{text.app.unreachableWhy}</p>
          </div>
        ) : (
          <Spinner />
        )}
      </Page>
    </>
  );
}
