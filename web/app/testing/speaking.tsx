import { OneRing } from "@onering/client";
import { OneRingProvider } from "@onering/client/react";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { type Session, SessionContext } from "../session/session.ts";

/** Renders what is shown to Alice, who is signed in; `session` has what the test is about. */
export function showToAlice(children: ReactNode, session: Partial<Session> = {}) {
  const client = new OneRing({ tokens: { userId: "alice", token: async () => "t", onChange: () => () => {} } });
  const whole: Session = {
    config: {
      environment: "local",
      clerk_publishable_key: null,
      anonymous_read: true,
      default_visibility: "private",
      limits: {
        body_bytes: 262_144,
        description_characters: 2_000,
        heartbeat_seconds: 25,
        segment_characters: 10,
        title_characters: 20,
      },
      proofs: null,
    },
    client,
    userId: "alice",
    me: null,
    way: "development",
    development: true,
    clerk: { standing: "absent", clerk: null, userId: null, retry: () => {} },
    askToSignIn: vi.fn(),
    continueAs: async () => {},
    signOut: async () => {},
    refreshMe: vi.fn(),
    ...session,
  };
  render(
    <OneRingProvider client={client}>
      <SessionContext value={whole}>{children}</SessionContext>
    </OneRingProvider>,
  );
  return whole;
}
