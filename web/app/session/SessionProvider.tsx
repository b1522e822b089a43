import { clerkTokens, developmentTokens, nobody, OneRing, type TokenSource } from "@onering/client";
import { OneRingProvider, useGet } from "@onering/client/react";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";
import { dismissAll } from "../ui/toast.ts";
import { introduce } from "./introduce.ts";
import { Opening } from "./Opening.tsx";
import { type Session, SessionContext } from "./session.ts";
import { type Speaker, speakerOf } from "./speaker.ts";
import { type ClerkState, useClerk } from "./useClerk.ts";
import { useConfig } from "./useConfig.ts";
import { keepLocalName, localName } from "./who.ts";

const SignInDialog = part(() => import("./SignInDialog.tsx"), { missing: NotLoadedDialog });

interface Local {
  name: string;
  tokens: TokenSource;
}

/** Loads what the page needs to know, decides who speaks, and gives its children their session and client. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const { config, failing } = useConfig();
  const clerk = useClerk(config?.clerk_publishable_key);
  const [local, setLocal] = useState<Local | null>(localFromWindow);
  const [asked, setAsked] = useState<string | null>(null);

  // The only environment that mints tokens.
  const development = config?.environment === "local";
  const speaker = speakerOf({ clerk: clerk.userId, local: local?.name ?? null, development });
  const { way, userId } = speaker;
  const client = useClient(speaker, clerk, local);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever it is now has answered the question.
  useEffect(() => setAsked(null), [way, userId]);

  const continueAs = useCallback(async (name: string) => {
    const tokens = await introduce(name);
    keepLocalName(name);
    setLocal({ name, tokens });
  }, []);
  const signOut = useCallback(async () => {
    keepLocalName(null);
    setLocal(null);
    await (clerk.userId === null ? null : clerk.clerk?.signOut());
  }, [clerk.userId, clerk.clerk]);

  const session = useMemo(
    () => config && { config, client, userId, way, development, clerk, askToSignIn: setAsked, continueAs, signOut },
    [config, client, userId, way, development, clerk, continueAs, signOut],
  );
  if (session === null || clerk.standing === "loading") return <Opening failing={failing} />;
  return (
    <OneRingProvider client={client}>
      <Speaking key={`${way}:${userId}`} session={session}>
        {children}
        {asked !== null && <SignInDialog why={asked} onClose={() => setAsked(null)} />}
      </Speaking>
    </OneRingProvider>
  );
}

/** One person's page: with another person it is made anew. */
function Speaking({ session, children }: { session: Omit<Session, "me" | "refreshMe">; children: ReactNode }) {
  const { data, refresh } = useGet("/v1/me", session.userId === null ? null : {});
  useEffect(() => dismissAll, []);
  const me = data?.data ?? null;
  const value = useMemo(() => ({ ...session, me, refreshMe: refresh }), [session, me, refresh]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

function localFromWindow(): Local | null {
  const name = localName();
  return name === null ? null : { name, tokens: developmentTokens(name) };
}

/** The client of whoever speaks. */
function useClient({ way, userId }: Speaker, { clerk }: ClerkState, local: Local | null): OneRing {
  const fromClerk = useMemo(
    () => (clerk === null || userId === null ? nobody : named(clerkTokens(clerk), userId)),
    [clerk, userId],
  );
  const sources = { clerk: fromClerk, development: local?.tokens ?? nobody, none: nobody };
  const tokens = sources[way];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person gets another client, whoever signs them in.
  return useMemo(() => new OneRing({ tokens }), [tokens, userId]);
}

/** The same tokens, of a person whom the service calls otherwise than their source does; whoever follows is not them. */
function named(tokens: TokenSource, userId: string): TokenSource {
  const known = tokens.userId;
  return {
    get userId() {
      return tokens.userId === known ? userId : tokens.userId;
    },
    token: (options) => tokens.token(options),
    onChange: (listener) => tokens.onChange(listener),
  };
}
