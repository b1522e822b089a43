import { useEffect } from "react";
import { text } from "../strings.ts";
import { number } from "./format.ts";

const badges = new Set<{ count: number }>();
let page = "";

/** What the document is called, without the badge; the name of the service follows it. */
export function setTitle(title: string): void {
  page = title;
  draw();
}

/** While it is mounted and `count` is more than 0, the document's title begins with it: "(1) …". */
export function useTitleBadge(count: number): void {
  useEffect(() => {
    const badge = { count };
    badges.add(badge);
    draw();
    return () => {
      badges.delete(badge);
      draw();
    };
  }, [count]);
}

function draw(): void {
  let count = 0;
  for (const badge of badges) count += badge.count;
  const title = page === "" || page === text.app.name ? text.app.name : text.page.title(page, text.app.name);
  document.title = count > 0 ? text.page.badge(number(count), title) : title;
}
