export interface Piece {
  /** Where it begins, in code points. */
  at: number;
  written: string;
  match: boolean;
}

/** A text cut where its matches begin and end; these are [start, end) in code points, in order. */
export function pieces(text: string, matches: readonly (readonly [number, number])[]): readonly Piece[] {
  const points = [...text];
  const cut: Piece[] = [];
  const add = (start: number, end: number, match: boolean) => {
    if (start < end) cut.push({ at: start, written: points.slice(start, end).join(""), match });
  };
  let at = 0;
  for (const [start, end] of matches) {
    add(at, start, false);
    add(start, end, true);
    at = end;
  }
  add(at, points.length, false);
  return cut;
}
