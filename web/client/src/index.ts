/** OneRing from a browser: its REST API, and the person who is signed in. */

export { type ClerkLike, clerkTokens } from "./clerk.ts";
export { type Clock, clock } from "./clock.ts";
export { type DevelopmentSeams, developmentTokens } from "./development.ts";
export { LiveDraft, type LiveDraftOptions } from "./live/live.ts";
export type { DraftActions, DraftState, Presence, RefusedItem, Standing, Written } from "./live/state.ts";
export type * from "./model.ts";
export type { Answer, CallOptions, Method, PathWith, ReadOptions } from "./operations.ts";
export { Refused, Unreachable } from "./refusals.ts";
export { OneRing, type OneRingOptions, type SendOptions } from "./rest.ts";
export type { components, operations, paths } from "./schema.ts";
export { nobody, type TokenSource } from "./tokens.ts";
