import type { GrantedRole, Member } from "@onering/client";

/** The one thing that the panel asks about at a time. */
export type Asking =
  | { readonly what: "remove" | "toReader"; readonly member: Member }
  | { readonly what: "transfer"; readonly to: string }
  | { readonly what: "leave" }
  | { readonly what: "invite"; readonly to: string; readonly role: GrantedRole };
