/** OneRing's hooks for React. */

export { OneRingProvider, useOneRing } from "./react/provider.ts";
export { useClerkToken } from "./react/useClerkToken.ts";
export { type UsedDraft, useDraft } from "./react/useDraft.ts";
export { type DraftsState, useDrafts } from "./react/useDrafts.ts";
export { type ReadState, useGet } from "./react/useGet.ts";
export { usePresence } from "./react/usePresence.ts";
