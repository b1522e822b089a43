import type { components } from "@onering/client";

/** An invitation with the title of its draft, as its two people read it. */
export type InvitationRead = components["schemas"]["Invitation"];
