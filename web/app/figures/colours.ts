/** The colours of the page for what is drawn on a canvas, which knows no custom properties. */
import { type RefObject, useEffect, useState } from "react";

export interface Colours {
  readonly soft: string;
  readonly line: string;
  readonly written: string;
  readonly out: string;
  readonly font: string;
}

/** The colours as they are where an element stands, again whenever the scheme changes; null before it stands. */
export function useColours(place: RefObject<HTMLElement | null>): Colours | null {
  const [colours, setColours] = useState<Colours | null>(null);
  useEffect(() => {
    const read = () => setColours(place.current === null ? null : coloursAt(place.current));
    read();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", read);
    return () => scheme.removeEventListener("change", read);
  }, [place]);
  return colours;
}

function coloursAt(element: HTMLElement): Colours {
  const probe = element.ownerDocument.createElement("span");
  // Where motion is reduced everything has a transition, of next to no time: until then a colour is the one before.
  probe.style.setProperty("transition", "none", "important");
  element.append(probe);
  // A property's own value may be `light-dark(…)`; as the colour of something it is the one that is seen.
  const seen = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    soft: seen("--ink-soft"),
    line: seen("--line"),
    written: seen("--accent"),
    out: seen("--bad"),
    font: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return colours;
}
