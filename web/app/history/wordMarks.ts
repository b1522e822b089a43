/** What became of a text, word by word: runs that were kept, taken out or put in, in reading order. */

export interface Run {
  readonly kind: "kept" | "out" | "in";
  readonly text: string;
}

const words = new Intl.Segmenter(undefined, { granularity: "word" });
const BLANK = /^\s+$/u;

/**
 * The runs between two texts. Those kept and taken out are `before`, those kept and put in are `after`, to the letter;
 * no run splits a word, an emoji or a letter from its marks.
 */
export function wordMarks(before: string, after: string): readonly Run[] {
  return joined(withoutBlankIslands(compare(wordsOf(before), wordsOf(after))));
}

function wordsOf(text: string): readonly string[] {
  return Array.from(words.segment(text), (word) => word.segment);
}

/** Walks the table of longest common runs from its start; both texts are segments, so it stays small. */
function compare(before: readonly string[], after: readonly string[]): readonly Run[] {
  const common = longestCommon(before, after);
  const runs: Run[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const fresh = after[j];
    if (old !== undefined && old === fresh) {
      runs.push({ kind: "kept", text: old });
      i++;
      j++;
    } else if (fresh === undefined || (old !== undefined && common(i + 1, j) >= common(i, j + 1))) {
      runs.push({ kind: "out", text: old ?? "" });
      i++;
    } else {
      runs.push({ kind: "in", text: fresh });
      j++;
    }
  }
  return runs;
}

/** How many words the ends of both have in common, from `i` and `j` on. */
function longestCommon(before: readonly string[], after: readonly string[]): (i: number, j: number) => number {
  const width = after.length + 1;
  const table = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}

/** A space kept between two changes reads as noise: it goes with both of them. */
function withoutBlankIslands(runs: readonly Run[]): readonly Run[] {
  return runs.flatMap((run, index) => {
    const changed = (at: number) => (runs[at]?.kind ?? "kept") !== "kept";
    const island = run.kind === "kept" && BLANK.test(run.text) && changed(index - 1) && changed(index + 1);
    return island
      ? [
          { kind: "out", text: run.text },
          { kind: "in", text: run.text },
        ]
      : [run];
  });
}

/** Neighbours of one kind become one run; between two kept ones, all that went stands before all that came. */
function joined(runs: readonly Run[]): readonly Run[] {
  const whole: Run[] = [];
  let out = "";
  let put = "";
  const settle = () => {
    if (out !== "") whole.push({ kind: "out", text: out });
    if (put !== "") whole.push({ kind: "in", text: put });
    out = "";
    put = "";
  };
  for (const run of runs) {
    if (run.kind === "out") out += run.text;
    else if (run.kind === "in") put += run.text;
    else {
      settle();
      const last = whole.at(-1);
      if (last?.kind === "kept") whole[whole.length - 1] = { kind: "kept", text: last.text + run.text };
      else whole.push(run);
    }
  }
  settle();
  return whole;
}
