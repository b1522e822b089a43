import { clerkTokens, OneRing, Refused } from "@onering/client";
import { useEffect, useState } from "react";
import type { ClerkPage } from "./clerk.ts";

const PAUSE_MS = 2_000;

export interface ClerkPerson {
  /** By the service's name for them: where people come from several issuers it sets these apart. Null is nobody. */
  userId: string | null;
  /** Somebody is signed in with Clerk, and who that is for the service is not known yet. */
  asking: boolean;
}

/** Who is signed in with Clerk, as the service calls them. */
export function useClerkPerson(clerk: ClerkPage | null): ClerkPerson {
  const subject = useSubject(clerk);
  const [told, setTold] = useState<{ subject: string; userId: string } | null>(null);

  useEffect(() => {
    if (clerk === null || subject === null) return;
    const ended = new AbortController();
    void ask(clerk, subject, ended.signal).then((userId) => {
      if (!ended.signal.aborted) setTold({ subject, userId });
    });
    return () => ended.abort();
  }, [clerk, subject]);

  const userId = told !== null && told.subject === subject ? told.userId : null;
  return { userId, asking: subject !== null && userId === null };
}

function useSubject(clerk: ClerkPage | null): string | null {
  const [, setChanges] = useState(0);
  useEffect(() => clerk?.addListener(() => setChanges((before) => before + 1)), [clerk]);
  return (clerk?.session && clerk.user?.id) ?? null;
}

/** A service that refuses Clerk's token says why wherever the person asks for something; one that is away comes back. */
async function ask(clerk: ClerkPage, subject: string, ended: AbortSignal): Promise<string> {
  const client = new OneRing({ tokens: clerkTokens(clerk) });
  while (!ended.aborted) {
    try {
      return (await client.me(ended)).user_id;
    } catch (fault) {
      if (fault instanceof Refused && fault.status < 500) return subject;
      await new Promise((settle) => setTimeout(settle, PAUSE_MS));
    }
  }
  return subject;
}
