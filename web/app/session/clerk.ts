import type { ClerkLike } from "@onering/client";

/** What the page uses of Clerk's own script. */
export interface ClerkPage extends ClerkLike {
  load(): Promise<void>;
  openSignIn(): void;
  signOut(): Promise<void>;
  mountUserButton(place: HTMLDivElement): void;
  unmountUserButton(place: HTMLDivElement): void;
}

declare global {
  interface Window {
    Clerk?: ClerkPage;
  }
}

/** The host of Clerk's front-end API, which a publishable key names: `pk_test_` and base64 of the host and a "$". */
export function clerkHost(publishableKey: string): string | null {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/_-]+={0,2})$/.exec(publishableKey)?.[1];
  if (encoded === undefined) return null;
  try {
    const host = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    return /^([a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?)\$$/i.exec(host)?.[1] ?? null;
  } catch {
    return null;
  }
}

/**
 * Loads Clerk's script from its own origin, as Clerk documents for pages that bundle no Clerk package: the script reads
 * the key from its element, makes `window.Clerk`, and is ready after `load()`. Rejects if it can't be had.
 */
export async function loadClerk(publishableKey: string): Promise<ClerkPage> {
  const host = clerkHost(publishableKey);
  if (host === null) throw new Error("this is no publishable key of Clerk");
  if (window.Clerk === undefined)
    await loadScript(`https://${host}/npm/@clerk/clerk-js@5/dist/clerk.browser.js`, publishableKey);
  if (window.Clerk === undefined) throw new Error("Clerk's script brought no Clerk");
  await window.Clerk.load();
  return window.Clerk;
}

function loadScript(source: string, publishableKey: string): Promise<void> {
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.async = true;
    script.crossOrigin = "anonymous";
    script.dataset.clerkPublishableKey = publishableKey;
    script.onload = () => loaded();
    script.onerror = () => {
      script.remove();
      failed(new Error("Clerk's script can't be loaded"));
    };
    document.head.append(script);
  });
}
