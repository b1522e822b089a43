/** Whether somebody reads the end of the page. */

import { useLayoutEffect, useState } from "react";
import { isAtEnd } from "./useStayAtEnd.ts";

export function useAtEnd(): boolean {
  const [atEnd, setAtEnd] = useState(true);
  useLayoutEffect(() => {
    const look = () => setAtEnd(isAtEnd());
    let frame = 0;
    // Not before whoever was at the end of what grew was brought to its new one.
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    });
    look();
    observer.observe(document.body);
    addEventListener("scroll", look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      removeEventListener("scroll", look);
    };
  }, []);
  return atEnd;
}
