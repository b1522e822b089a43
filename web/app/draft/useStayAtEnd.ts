/** Keeps the end of the page in sight for whoever reads it, also when what stands there grows. */

import { useEffect, useRef } from "react";

/** So far from the end of the page, in pixels, somebody still reads the end. */
export const NEAR_END = 160;

/** `atFirst`: the page opens at its end. Afterwards only scrolling decides who reads the end. */
export function useStayAtEnd(atFirst: boolean): void {
  const there = useRef(atFirst);
  useEffect(() => {
    const page = document.documentElement;
    const look = () => {
      there.current = page.scrollHeight - window.innerHeight - window.scrollY <= NEAR_END;
    };
    const observer = new ResizeObserver(() => {
      if (there.current) window.scrollTo({ top: page.scrollHeight, behavior: "instant" });
    });
    observer.observe(document.body);
    addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", look);
    };
  }, []);
}
