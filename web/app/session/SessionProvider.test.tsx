import type { Config } from "@onering/client";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { text } from "../strings.ts";
import { type Asked, away, refused, service } from "../testing/service.ts";
import { toast, toasts } from "../ui/toast.ts";
import { ContinueAs } from "./ContinueAs.tsx";
import type { ClerkPage } from "./clerk.ts";
import { SessionProvider } from "./SessionProvider.tsx";
import { useSession } from "./session.ts";

const KEY = `pk_test_${btoa("clerk.example.com$")}`;
const config: Config = {
  environment: "local",
  clerk_publishable_key: null,
  anonymous_read: true,
  default_visibility: "private",
  limits: {
    body_bytes: 1,
    description_characters: 1,
    heartbeat_seconds: 25,
    segment_characters: 500,
    title_characters: 200,
  },
  proofs: null,
};

/** A service that takes people at their word. */
function local(changed: Partial<Config> = {}) {
  return service({
    "GET /v1/config": () => ({ data: { ...config, ...changed } }),
    "POST /v1/dev/token": ({ body }) => ({ data: { token: tokenOf((body as { user_id: string }).user_id) } }),
    "GET /v1/me": ({ token }) => ({
      data: {
        user_id: nameIn(token).replace("user", "clerk|user"),
        display_name: null,
        display: `you, by ${nameIn(token)}`,
      },
    }),
    "PATCH /v1/me": () => ({ data: {} }),
  });
}

const encode = (part: object) => btoa(JSON.stringify(part)).replace(/=+$/, "");
const tokenOf = (name: string) =>
  `${encode({ alg: "EdDSA" })}.${encode({ sub: name, exp: Date.now() / 1000 + 600 })}.x`;
const nameIn = (token: string | null): string => JSON.parse(atob(token?.split(".")[1] ?? "")).sub;
const tokens = (asked: readonly Asked[]) => asked.filter(({ token }) => token !== null);

function Shown() {
  const { way, userId, me, signOut, askToSignIn } = useSession();
  return (
    <>
      <p>
        {way}: {userId ?? "nobody"} ({me?.display ?? "unknown"})
      </p>
      <ContinueAs />
      <button type="button" onClick={() => void signOut()}>
        out
      </button>
      <button type="button" onClick={() => askToSignIn("pass the ring")}>
        ask
      </button>
    </>
  );
}

const page = () =>
  render(
    <SessionProvider>
      <Shown />
    </SessionProvider>,
  );

function continueAs(name: string) {
  fireEvent.change(screen.getByLabelText(text.session.continueAs.label), { target: { value: name } });
  fireEvent.click(screen.getByRole("button", { name: text.session.continueAs.go }));
}

function signedIn(id: string | null) {
  const listeners = new Set<() => void>();
  const clerk = {
    user: id === null ? null : { id },
    session: id === null ? null : { getToken: async () => tokenOf(`${clerk.user?.id}`) },
    load: async () => {},
    addListener: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    become: (next: string | null) => {
      clerk.user = next === null ? null : { id: next };
      clerk.session = next === null ? null : { getToken: async () => tokenOf(next) };
      for (const listener of [...listeners]) listener();
    },
    signOut: async () => clerk.become(null),
    openSignIn: () => {},
    mountUserButton: () => {},
    unmountUserButton: () => {},
  };
  window.Clerk = clerk as unknown as ClerkPage;
  return clerk;
}

afterEach(() => {
  delete window.Clerk;
});

test("a service that is away is asked again until it answers, and its reader is told", async () => {
  const { answers } = local();
  const here = answers["GET /v1/config"];
  answers["GET /v1/config"] = away;
  page();
  await screen.findByText(text.app.unreachable);
  if (here) answers["GET /v1/config"] = here;
  fireEvent(window, new Event("online"));
  await screen.findByText("none: nobody (unknown)");
});

test("whoever continues as somebody is them in this window, and is called so", async () => {
  const { asked } = local();
  page();
  await screen.findByText("none: nobody (unknown)");
  continueAs("alice");
  await screen.findByText("development: alice (you, by alice)");
  expect(sessionStorage.getItem("onering.who")).toBe("alice");
  expect(asked.find(({ route }) => route === "PATCH /v1/me")?.body).toEqual({ display_name: "alice" });
});

test("what was said to one person is not shown to the next", async () => {
  sessionStorage.setItem("onering.who", "bob");
  local();
  page();
  await screen.findByText("development: bob (you, by bob)");
  toast({ title: "It is your turn", body: "A private draft", kind: "turn" });
  fireEvent.click(screen.getByRole("button", { name: "out" }));
  await screen.findByText("none: nobody (unknown)");
  expect(toasts()).toEqual([]);
});

test("a reload keeps the person of the window", async () => {
  sessionStorage.setItem("onering.who", "bob");
  local();
  page();
  await screen.findByText("development: bob (you, by bob)");
});

test("a name that the service would not take is not sent", async () => {
  const { asked } = local();
  page();
  await screen.findByText("none: nobody (unknown)");
  continueAs("two words");
  await screen.findByText(text.session.continueAs.wrong);
  expect(screen.getByLabelText(text.session.continueAs.label).getAttribute("aria-invalid")).toBe("true");
  expect(asked.map(({ route }) => route)).toEqual(["GET /v1/config"]);
});

test("a name that the service refuses makes nobody somebody else", async () => {
  const { answers } = local();
  answers["POST /v1/dev/token"] = () => refused(400, "validation_error", "No such person.");
  page();
  await screen.findByText("none: nobody (unknown)");
  continueAs("alice");
  await screen.findByText("No such person.");
  expect(sessionStorage.getItem("onering.who")).toBeNull();
});

test("signing out forgets the tokens, and the person of the window", async () => {
  const { asked } = local();
  page();
  await screen.findByText("none: nobody (unknown)");
  continueAs("alice");
  await screen.findByText("development: alice (you, by alice)");
  fireEvent.click(screen.getByRole("button", { name: "out" }));
  await screen.findByText("none: nobody (unknown)");
  expect(sessionStorage.getItem("onering.who")).toBeNull();
  const before = tokens(asked).length;
  continueAs("bob");
  await screen.findByText("development: bob (you, by bob)");
  expect(
    tokens(asked)
      .slice(before)
      .map(({ token }) => nameIn(token)),
  ).not.toContain("alice");
});

test("Clerk's person, by the service's name, speaks before that of the window, also when they sign in later, and leaves nobody behind", async () => {
  sessionStorage.setItem("onering.who", "alice");
  const clerk = signedIn(null);
  local({ clerk_publishable_key: KEY });
  page();
  await screen.findByText("development: alice (you, by alice)");
  act(() => clerk.become("user_7"));
  await screen.findByText("clerk: clerk|user_7 (you, by user_7)");
  act(() => clerk.become("user_8"));
  await screen.findByText("clerk: clerk|user_8 (you, by user_8)");
  fireEvent.click(screen.getByRole("button", { name: "out" }));
  await screen.findByText("none: nobody (unknown)");
});

test("whoever this window was is nobody where the service takes no one at their word", async () => {
  sessionStorage.setItem("onering.who", "alice");
  local({ environment: "test" });
  page();
  await screen.findByText("none: nobody (unknown)");
});

test("without Clerk's script the page can be read, and says why nobody can sign in", async () => {
  local({ clerk_publishable_key: KEY, environment: "production" });
  page();
  const script = await waitFor(() => {
    const found = document.querySelector<HTMLScriptElement>("script[data-clerk-publishable-key]");
    if (found === null) throw new Error("no script yet");
    return found;
  });
  expect(script.src).toBe("https://clerk.example.com/npm/@clerk/clerk-js@5/dist/clerk.browser.js");
  act(() => void script.onerror?.("no such host"));
  await screen.findByText("none: nobody (unknown)");
  fireEvent.click(screen.getByRole("button", { name: "ask" }));
  await screen.findByRole("dialog", { name: text.session.signInTo("pass the ring") });
  screen.getByText(text.session.clerkFailed);
});
