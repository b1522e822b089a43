/** Proofs of what is in the log, checked in the browser: files of c2sp.org/tlog-proof, and what was seen before. */

export { type Checked, checkProof, type ProofFile, parseProof } from "./proofs/file.ts";
export { type Memory, type Pinned, storedMemory } from "./proofs/memory.ts";
export { type Checkpoint, openNote, type VerifierKey, verifierKey } from "./proofs/note.ts";
export { type LoggedEvent, readLine } from "./proofs/record.ts";
export { isConsistent, rootFrom } from "./proofs/tree.ts";
export { type Proved, proofOf, type Verification, verifyEvent } from "./proofs/verify.ts";
export { NotProved, type Reason } from "./proofs/wrong.ts";
