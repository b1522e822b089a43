/** The client that the components below talk through. */

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from "react";
import type { OneRing } from "../rest.ts";

const Client = createContext<OneRing | null>(null);

/** Gives everything below it a client; one for each person who signs in. */
export function OneRingProvider(props: { readonly client: OneRing; readonly children?: ReactNode }): ReactElement {
  return createElement(Client, { value: props.client }, props.children);
}

/** The client of the nearest `OneRingProvider`. */
export function useOneRing(): OneRing {
  const client = useContext(Client);
  if (client === null) throw new Error("useOneRing() needs an <OneRingProvider> above it.");
  return client;
}
