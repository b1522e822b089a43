import { Link, useLocation } from "wouter";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { When } from "../ui/When.tsx";
import { searchOf } from "./address.ts";
import styles from "./Differences.module.css";
import type { NameOf } from "./sentences.ts";

export interface ByProps {
  change: { readonly by: string; readonly at: string; readonly version: number };
  nameOf: NameOf;
}

/** Who made a change and when, and the way to the text as that left it. */
export function By({ change, nameOf }: ByProps) {
  const [path] = useLocation();
  const { changes } = text.history;
  return (
    <span className={styles.by}>
      <bdi>{nameOf(change.by)}</bdi>
      <When at={change.at} />
      <Link href={path + searchOf({ show: "text", at: change.version })}>{changes.see(number(change.version))}</Link>
    </span>
  );
}
