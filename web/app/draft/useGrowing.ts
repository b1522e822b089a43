/** A textarea as tall as what is written in it. */

import { useLayoutEffect, useRef } from "react";

/** For its `ref`; `content` is its value. */
export function useGrowing(content: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the content
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
  }, [content]);
  return area;
}
