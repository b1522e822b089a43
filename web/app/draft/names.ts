/** What people are called, where the service speaks of them by id. */

/** What people are called, by user id. */
export type Names = Readonly<Record<string, string>>;

/** What a person is called, or `otherwise`; somebody may have the id "constructor". */
export function called(names: Names, userId: string, otherwise: string): string {
  return Object.hasOwn(names, userId) ? (names[userId] ?? otherwise) : otherwise;
}

/** A sentence of the service with the people in it called by their names; ids in it stand as words of their own. */
export function withNames(sentence: string, names: Names): string {
  return sentence
    .split(" ")
    .map((word) => {
      const [, id = "", end = ""] = /^(.*?)([.,:;]?)$/su.exec(word) ?? [];
      return called(names, id, id) + end;
    })
    .join(" ");
}
