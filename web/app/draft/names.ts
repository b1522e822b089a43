/** What people are called, where the service speaks of them by id. */

/** A sentence of the service with the people in it called by their names; ids in it stand as words of their own. */
export function withNames(sentence: string, names: Readonly<Record<string, string>>): string {
  return sentence
    .split(" ")
    .map((word) => {
      const [, id = "", end = ""] = /^(.*?)([.,:;]?)$/su.exec(word) ?? [];
      return Object.hasOwn(names, id) ? `${names[id]}${end}` : word;
    })
    .join(" ");
}
