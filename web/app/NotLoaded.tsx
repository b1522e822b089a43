/** What stands for a part of the page that could not be loaded: in its place, as a dialog, or as a page. */

import { text } from "./strings.ts";
import { Button } from "./ui/Button.tsx";
import { Dialog } from "./ui/Dialog.tsx";
import { Page } from "./ui/Page.tsx";

export interface NoPart {
  /** The network is missing: it comes by itself. Otherwise the page as a whole has to be loaded again. */
  offline: boolean;
}

const words = text.notLoaded;

export function NotLoaded({ offline }: NoPart) {
  return (
    <div role="status">
      <p>{words.title}</p>
      <Way offline={offline} />
    </div>
  );
}

export function NotLoadedDialog({ onClose, offline }: NoPart & { onClose: () => void }) {
  return (
    <Dialog open title={words.title} onClose={onClose}>
      <Way offline={offline} />
    </Dialog>
  );
}

export function NotLoadedPage({ offline }: NoPart) {
  return (
    <Page title={words.title}>
      <Way offline={offline} />
    </Page>
  );
}

function Way({ offline }: NoPart) {
  if (offline) return <p>{words.offline}</p>;
  return (
    <>
      <p>{words.gone}</p>
      <p>
        <Button kind="primary" onClick={() => location.reload()}>
          {words.reload}
        </Button>
      </p>
    </>
  );
}
