import { Fragment, type ReactNode } from "react";

/* Stands for what is inserted while the sentence is made: Unicode's character for an object in a text. */
const SLOT = "\uFFFC";

/** A sentence of `strings.ts` with an element in its place: `<Phrase say={text.home.turnOf}><bdi>{name}</bdi></Phrase>`. */
export function Phrase({ say, children }: { say: (inserted: string) => string; children: ReactNode }) {
  const [before, ...after] = say(SLOT).split(SLOT);
  return (
    <>
      {before}
      {after.map((words) => (
        <Fragment key={words}>
          {children}
          {words}
        </Fragment>
      ))}
    </>
  );
}
