/** What stands for a part of the page that could not be loaded: in its place, as a dialog, or as a page. */

import styles from "./NotLoaded.module.css";
import { text } from "./strings.ts";
import { Button } from "./ui/Button.tsx";
import { Dialog } from "./ui/Dialog.tsx";
import { Page } from "./ui/Page.tsx";

export interface NoPart {
  /** Try to load it once more. */
  again: () => void;
}

const words = text.notLoaded;

export function NotLoaded({ again }: NoPart) {
  return (
    <div role="status">
      <p>{words.title}</p>
      <Ways again={again} />
    </div>
  );
}

export function NotLoadedDialog({ onClose, again }: NoPart & { onClose: () => void }) {
  return (
    <Dialog open title={words.title} onClose={onClose}>
      <Ways again={again} />
    </Dialog>
  );
}

export function NotLoadedPage({ again }: NoPart) {
  return (
    <Page title={words.title}>
      <Ways again={again} />
    </Page>
  );
}

/** Whether the network is missing or a newer page took the place of this one, nobody here can tell. */
function Ways({ again }: NoPart) {
  return (
    <>
      <p>{words.why}</p>
      <p className={styles.ways}>
        <Button kind="primary" onClick={again}>
          {words.again}
        </Button>
        <Button onClick={() => location.reload()}>{words.reload}</Button>
      </p>
    </>
  );
}
