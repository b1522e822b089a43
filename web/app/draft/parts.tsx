/** Parts of the page that are loaded when they are opened, or before, once there is nothing else to do. */

import { type ComponentType, lazy } from "react";
import { text } from "../strings.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import styles from "./Dialogs.module.css";

interface Opened {
  onClose: () => void;
}

const loads: (() => Promise<unknown>)[] = [];

/** A dialog in a file of its own; where that can't be had, it says so instead. */
export function part<Props extends Opened>(load: () => Promise<{ default: ComponentType<Props> }>) {
  loads.push(load);
  return lazy(() => load().catch(() => ({ default: NotLoaded as ComponentType<Props> })));
}

/** Loads them all, so that they open without the network. */
export async function warmUp(): Promise<void> {
  await Promise.allSettled(loads.map((load) => load()));
}

/** What was not loaded is not asked for again by the same page: it has to be loaded as a whole. */
function NotLoaded({ onClose }: Opened) {
  return (
    <Dialog open title={text.draft.notLoaded} onClose={onClose}>
      <p>{text.draft.notLoadedWhy}</p>
      <p className={styles.choices}>
        <Button kind="primary" onClick={() => location.reload()}>
          {text.draft.reload}
        </Button>
      </p>
    </Dialog>
  );
}
