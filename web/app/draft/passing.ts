/** The dialog in which the ring is passed, wherever it is opened. */

import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";

export const PassDialog = part(() => import("./PassDialog.tsx"), { missing: NotLoadedDialog });
