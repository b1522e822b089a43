/** Whom somebody means by what they typed: one person, by their handle or by their user id. */
export type Addressee =
  | { readonly by: "handle"; readonly handle: string }
  | { readonly by: "id"; readonly userId: string }
  | { readonly by: "nothing"; readonly fault: "empty" | "handle" | "id" };

const HANDLE = /^[a-z0-9_]{2,30}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what the service refuses in a name are exactly these
const NO_ID = /[\s\u0000-\u001f\u007f-\u009f]/;
const LONGEST_ID = 300;

/** Read it: `@Alice` is the handle `alice`, anything else a user id, which is taken as it is typed. */
export function addressee(typed: string): Addressee {
  const said = typed.trim();
  if (said === "" || said === "@") return { by: "nothing", fault: "empty" };
  if (said.startsWith("@")) {
    const handle = said.slice(1).toLowerCase();
    return HANDLE.test(handle) ? { by: "handle", handle } : { by: "nothing", fault: "handle" };
  }
  if (NO_ID.test(said) || [...said].length > LONGEST_ID) return { by: "nothing", fault: "id" };
  return { by: "id", userId: said };
}
