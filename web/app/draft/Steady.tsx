/** Keeps what is being read where it is on the screen while the text changes above it. Not every browser does. */

import type { Written } from "@onering/client";
import { Component, type ReactNode, type RefObject } from "react";

interface SteadyProps {
  list: RefObject<HTMLElement | null>;
  /** Another list: the text has changed. */
  written: readonly Written[];
  children: ReactNode;
}

interface Place {
  readonly item: Element;
  /** In pixels below the upper edge of the window. */
  readonly top: number;
}

/** A class, for React tells no hook what is on the screen just before it changes. */
export class Steady extends Component<SteadyProps> {
  override getSnapshotBeforeUpdate(before: SteadyProps): readonly Place[] {
    return before.written === this.props.written ? [] : inSight(this.props.list.current);
  }

  override componentDidUpdate(_props: SteadyProps, _state: unknown, places: readonly Place[]) {
    const kept = places.find(({ item }) => item.isConnected);
    if (kept === undefined) return;
    const moved = kept.item.getBoundingClientRect().top - kept.top;
    if (moved !== 0) window.scrollBy({ top: moved, behavior: "instant" });
  }

  override render() {
    return this.props.children;
  }
}

/** The items that are not above the window, in order. */
function inSight(list: HTMLElement | null): readonly Place[] {
  return [...(list?.children ?? [])].flatMap((item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return bottom > 0 ? [{ item, top }] : [];
  });
}
