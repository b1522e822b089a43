/** What the API speaks of, by the names that people use. The shapes are generated: `schema.ts`. */

import type { components, operations } from "./schema.ts";

type Schemas = components["schemas"];

/** A draft with its members, whose turn it is, and the segments that were asked for. */
export type Draft = Schemas["Draft"];
/** A draft as a list shows it; after a search, `snippet` says what was found. */
export type ListedDraft = Schemas["ListedDraft"];
/** A page of drafts. */
export type DraftList = Schemas["DraftList"];
/** A piece of a draft's text. */
export type Segment = Schemas["Segment"];
/** A person of a draft. */
export type Member = Schemas["Member"];
/** Who holds the ring, since when and until when. */
export type RingState = Schemas["RingState"];
/** What a front end needs to know before anybody signs in. */
export type Config = Schemas["Config"];
/** Who is signed in, with the plan and what was used of it. */
export type Me = Schemas["Person"];
/** An invitation. */
export type Invite = Schemas["Invite"];
/** An invitation that was just made, with the link that lets people accept it. */
export type NewInvite = Schemas["NewInvite"];

export type Role = Schemas["Role"];
/** A role that somebody can be given; owners are made by handing a draft over. */
export type GrantedRole = Schemas["GrantedRole"];
export type Status = Schemas["Status"];
export type Visibility = Schemas["Visibility"];
export type Platform = Schemas["Platform"];
/** How a smart pass chooses. */
export type Strategy = Schemas["Strategy"];

/** Anything one can ask for: a union by `type`. */
export type Command = Schemas["Command"];
/** The command of one type, such as `CommandOf<"add-segment">`. */
export type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>;
/** What became of a command. */
export type Outcome = Required<Schemas["Acknowledged"]>;

/** Something that happened to a draft, as the log, `/events` and the feed have it: a union by `type`. */
export type DraftEvent = Schemas["EventList"]["data"][number];
/** The event of one type, such as `DraftEventOf<"segment_added">`. */
export type DraftEventOf<Type extends DraftEvent["type"]> = Extract<DraftEvent, { readonly type: Type }>;

/** What a list of drafts can be asked for. */
export type DraftsQuery = NonNullable<operations["drafts"]["parameters"]["query"]>;
/** What a draft can be asked for: a moment of its past, a stretch of its segments. */
export type DraftQuery = NonNullable<operations["draft"]["parameters"]["query"]>;

/** Why something was refused (RFC 9457). */
export type Problem = Schemas["Problem"];
/** Which field is wrong, and how. */
export type FieldFault = Schemas["FieldFault"];
