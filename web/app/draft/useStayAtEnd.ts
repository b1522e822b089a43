/** Keeps the end of the page in sight for whoever reads it, also when what stands there grows. */

import { useEffect, useRef } from "react";

/** So far from the end of the page, in pixels, somebody still reads the end. */
export const NEAR_END = 160;

/** `atFirst`: the page opens at its end. Afterwards only scrolling decides who reads the end. */
export function useStayAtEnd(atFirst: boolean): void {
  const there = useRef(atFirst);
  useEffect(() => {
    const page = document.documentElement;
    // Before this scroll made parts of the text known to be higher than was thought: the end that was scrolled to.
    let height = page.scrollHeight;
    const look = () => {
      there.current = height - window.innerHeight - window.scrollY <= NEAR_END;
    };
    const observer = new ResizeObserver(() => {
      height = page.scrollHeight;
      if (there.current) goTo(height);
    });
    observer.observe(document.body);
    addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", look);
    };
  }, []);
}

/** The keys Home and End go there at once: a way through a long text that grows while it is passed misses its aim. */
export function useHomeAndEnd(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.key !== "Home" && event.key !== "End") || event.shiftKey || event.altKey || isTyping(event)) return;
      event.preventDefault();
      goTo(event.key === "Home" ? 0 : document.documentElement.scrollHeight);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element && target.closest("input, textarea, select, dialog, [role=menu]") !== null;

export const isAtEnd = (): boolean =>
  document.documentElement.scrollHeight - window.innerHeight - window.scrollY <= NEAR_END;

export const goToEnd = (): void => goTo(document.documentElement.scrollHeight);

const goTo = (top: number): void => window.scrollTo({ top, behavior: "instant" });
