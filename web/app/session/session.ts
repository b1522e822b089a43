import type { Config, Me, OneRing } from "@onering/client";
import { createContext, useContext } from "react";
import type { ClerkState } from "./useClerk.ts";

/** Who speaks on this page, and how to change that. */
export interface Session {
  config: Config;
  client: OneRing;
  /** Null: nobody is signed in, and public drafts can be read. */
  userId: string | null;
  /** Null until it is loaded, and when nobody is signed in. */
  me: Me | null;
  /** By what the person is who they are; "none": nobody is signed in. */
  way: "clerk" | "development" | "none";
  /** Whether one may be whoever one says one is (`continueAs`). */
  development: boolean;
  clerk: ClerkState;
  /** Open the sign-in prompt; `why` completes the sentence "Sign in to …", e.g. "write in this draft". */
  askToSignIn: (why: string) => void;
  /** Be this person in this window. Rejects with `Refused` or `Unreachable`. */
  continueAs: (name: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Ask the service again who I am, after a change of name or of what was used of the plan. */
  refreshMe: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page; only inside `SessionProvider`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider around it");
  return session;
}
