/** The REST API as types: made by `npm run generate` from /openapi.json, not by hand. */

export interface paths {
    readonly "/v1/commands": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** One command, or an array of at most 100. */
        readonly post: operations["submit"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The caller's drafts, newest activity first; with `q`, where it is written in them. */
        readonly get: operations["drafts"];
        readonly put?: never;
        /** Start a draft; its creator owns it and holds the ring. */
        readonly post: operations["create-draft"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The draft as it is, or with `at` as it was. */
        readonly get: operations["draft"];
        readonly put?: never;
        readonly post?: never;
        /** Put a draft away; from then on it can only be reopened. */
        readonly delete: operations["archive-draft"];
        readonly options?: never;
        readonly head?: never;
        /** Change what a draft is called and how it is run; only fields that are sent change, each by its own event. */
        readonly patch: operations["edit-draft"];
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/lock": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take no segments for now. */
        readonly post: operations["lock-draft"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/unlock": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take segments again. */
        readonly post: operations["unlock-draft"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/complete": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Call a draft finished; from then on it can only be reopened. */
        readonly post: operations["complete-draft"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/archive": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Put a draft away; from then on it can only be reopened. */
        readonly post: operations["archive-draft-2"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/reopen": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Go on with a completed or archived draft. */
        readonly post: operations["reopen-draft"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/segments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Write the next segment; only the holder of the ring may. */
        readonly post: operations["add-segment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/segments/{segment_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take an own segment out of the draft while holding the ring; its text stays in history. */
        readonly delete: operations["withdraw-segment"];
        readonly options?: never;
        readonly head?: never;
        /** Change the text of an own segment while holding the ring; the old text stays in history. */
        readonly patch: operations["amend-segment"];
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/pass-ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give the ring to the owner or a contributor. */
        readonly post: operations["pass-ring"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/pass-ring/smart": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give the ring to whoever a strategy chooses from the draft's own history. */
        readonly post: operations["pass-ring-smart"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/reclaim-ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take the ring from a holder whose turn is over: the owner may after one turn limit, contributors after two. */
        readonly post: operations["reclaim-ring"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/nudge": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Remind the holder that it is their turn; a member may once an hour. */
        readonly post: operations["nudge-holder"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/collaborators": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a person in, to write in turn or to read. */
        readonly post: operations["add-collaborator"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/collaborators/{collaborator_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take a person out, or leave; a holder returns the ring to the owner. */
        readonly delete: operations["remove-collaborator"];
        readonly options?: never;
        readonly head?: never;
        /** Let a reader write, or a writer only read; a holder made a reader returns the ring to the owner. */
        readonly patch: operations["change-role"];
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/transfer": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make another member the owner; the one before stays, as a contributor. */
        readonly post: operations["transfer-ownership"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/invites": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A draft's invites, newest first, for its members. */
        readonly get: operations["listed"];
        readonly put?: never;
        /** Ask one person, by user id or by handle, to join; the answer has the link that lets them accept. */
        readonly post: operations["create-invite"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/invites/{invite_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What one is asked into, for its two people and the draft's members. */
        readonly get: operations["invitation"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/invites/{invite_id}/accept": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Join the draft that one was invited to; `token` is in the link. */
        readonly post: operations["accept-invite"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/invites/{invite_id}/revoke": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take an invite back; whoever made it and the owner may. */
        readonly post: operations["revoke-invite"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/invites/{invite_id}/decline": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Say no to an invite. */
        readonly post: operations["decline-invite"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/me": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who is signed in, with their plan and what they have used of it. */
        readonly get: operations["me"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Be called otherwise; null takes a name away. */
        readonly patch: operations["change_me"];
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Its events, in the bytes of the live feed: pages, or a stream. */
        readonly get: operations["events"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/timeline/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What happened, for its members. */
        readonly get: operations["timeline"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/timeline/drafts/{draft_id}/attribution": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whose segments stand, in order of their first. */
        readonly get: operations["attribution"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/analytics/drafts/{draft_id}/summary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The draft in figures, from the true times of its events. */
        readonly get: operations["summary"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/analytics/drafts/{draft_id}/contributors": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What each person wrote, and how long they had the ring. */
        readonly get: operations["contributors"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/analytics/drafts/{draft_id}/ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who held the ring from when to when, newest first. */
        readonly get: operations["ring"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/analytics/drafts/{draft_id}/daily": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What each of the last UTC days brought, quiet ones included. */
        readonly get: operations["daily"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/insights/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How the draft stands, what would help, and what needs somebody now. */
        readonly get: operations["insights"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/analytics/leaderboard": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The ten people who did most in drafts that anyone may read, by a metric. */
        readonly get: operations["leaderboard"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/diff": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is other than it was, and who changed it. */
        readonly get: operations["diff"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/share-card": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is shown of the draft where it is shared. */
        readonly get: operations["share_card"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/share-card.svg": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The share card as a picture of 1200 by 630. */
        readonly get: operations["share_card_picture"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/export/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** The draft as it is now as a file, for its members. */
        readonly post: operations["export"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/analytics/drafts/{draft_id}/summary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/analytics/drafts/{draft_id}/contributors": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/analytics/drafts/{draft_id}/ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/analytics/drafts/{draft_id}/daily": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/insights/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/analytics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/api/insights/drafts/{draft_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Events across drafts, oldest first; NDJSON and CSV have all that match, JSON a page. */
        readonly get: operations["audit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/events/{version}/proof": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A file that proves an event of a draft. */
        readonly get: operations["event_proof"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/collab/drafts/{draft_id}/segments/{segment_id}/proof": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A file that proves the text of a segment. */
        readonly get: operations["segment_proof"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit/{position}/proof": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A file that proves any event, for auditors. */
        readonly get: operations["audited_proof"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/log/checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The newest signed checkpoint, a note (c2sp.org/tlog-checkpoint). */
        readonly get: operations["checkpoint"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/log/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The public keys that sign the log, as it tells of them itself, a line each. */
        readonly get: operations["keys"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/log/consistency": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Hashes that prove that the log of one size became that of another. */
        readonly get: operations["consistency"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/log/tile/entries/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The entries that a tile of level 0 has the hashes of, for auditors. */
        readonly get: operations["entries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/log/tile/{level}/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A tile of the tree, 256 hashes or with `.p/{width}` the first of them. */
        readonly get: operations["tile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/config": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What a front end needs to know before anybody signs in. */
        readonly get: operations["config"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/dev/token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** A token to develop with, for pages of this origin and tools without one. */
        readonly post: operations["token"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** 200 while the process does its work, 503 once a part of it died. */
        readonly get: operations["healthz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What Prometheus reads, of all workers, for callers on this machine unless it is opened. */
        readonly get: operations["metrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** 200 when requests can be served: database, tail and read models; else 503. Lag is in events. */
        readonly get: operations["readyz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This contract. */
        readonly get: operations["openapi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/asyncapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The contract of the live feed, as AsyncAPI 3.0. */
        readonly get: operations["asyncapi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/docs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A page to read this contract on, and to try it. */
        readonly get: operations["page"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/docs/{file}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A part of that page. */
        readonly get: operations["file"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Join the draft that one was invited to; `token` is in the link. */
        readonly AcceptInvite: {
            /** Format: uuid */
            readonly invite_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "accept-invite";
            readonly token: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Accepted
         * @description A command of several that was carried out.
         */
        readonly Accepted: {
            /** @constant */
            readonly status: 200;
            readonly data: components["schemas"]["Acknowledged"];
        };
        /**
         * Acknowledged
         * @description The outcome of any command; no `events` with `Prefer: return=minimal`, and an `invite` where one was made.
         */
        readonly Acknowledged: {
            /** Format: uuid */
            readonly draft_id: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            readonly events?: readonly ((components["schemas"]["DraftCreated"] | components["schemas"]["SegmentAdded"] | components["schemas"]["SegmentAmended"] | components["schemas"]["SegmentWithdrawn"] | components["schemas"]["RingPassed"] | components["schemas"]["HolderNudged"] | components["schemas"]["CollaboratorAdded"] | components["schemas"]["RoleChanged"] | components["schemas"]["CollaboratorRemoved"] | components["schemas"]["OwnershipTransferred"] | components["schemas"]["DraftRenamed"] | components["schemas"]["DraftDescribed"] | components["schemas"]["PlatformChanged"] | components["schemas"]["VisibilityChanged"] | components["schemas"]["TurnLimitChanged"] | components["schemas"]["PublishDateChanged"] | components["schemas"]["DraftLocked"] | components["schemas"]["DraftUnlocked"] | components["schemas"]["DraftCompleted"] | components["schemas"]["DraftReopened"] | components["schemas"]["DraftArchived"]) | (components["schemas"]["InviteCreated"] | components["schemas"]["InviteAccepted"] | components["schemas"]["InviteRevoked"] | components["schemas"]["InviteDeclined"]))[];
            /** @default null */
            readonly invite?: components["schemas"]["Link"] | null;
        };
        /** @description Let a person in, to write in turn or to read. */
        readonly AddCollaborator: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "add-collaborator";
            readonly collaborator_id: string;
            /** @default contributor */
            readonly role?: components["schemas"]["GrantedRole"];
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /** @description Write the next segment; only the holder of the ring may. */
        readonly AddSegment: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "add-segment";
            readonly content: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Alert
         * @description A threshold that was reached: hours of silence or of a hold, or segments of one person alone.
         */
        readonly Alert: {
            /** @enum {string} */
            readonly alert_type: "no_activity" | "long_ring_hold" | "single_contributor";
            readonly threshold: number;
            readonly current_value: number;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly triggered_at: string;
            readonly reason: string;
        };
        /**
         * Alive
         * @description The process does its work.
         */
        readonly Alive: {
            /** @constant */
            readonly status: "ok";
        };
        /** @description Change the text of an own segment while holding the ring; the old text stays in history. */
        readonly AmendSegment: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "amend-segment";
            /** Format: uuid */
            readonly segment_id: string;
            readonly content: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * AmendedSegment
         * @description A segment with another text than before.
         */
        readonly AmendedSegment: {
            readonly by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** Format: uuid */
            readonly segment_id: string;
            readonly segment_order: number;
            readonly user_id: string;
            readonly from: string;
            readonly to: string;
        };
        /** @description Put a draft away; from then on it can only be reopened. */
        readonly ArchiveDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "archive-draft";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Attribution
         * @description Who wrote what stands, in order of their first segment.
         */
        readonly Attribution: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly contributors: readonly components["schemas"]["Author"][];
        };
        /**
         * AttributionAnswer
         * @description Who wrote what stands.
         */
        readonly AttributionAnswer: {
            readonly data: components["schemas"]["Attribution"];
        };
        /**
         * AuditPage
         * @description Events in the order of the log. A page may be empty and still have a `next_cursor`, for `after`.
         */
        readonly AuditPage: {
            readonly data: readonly components["schemas"]["AuditedEvent"][];
            readonly count: number;
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * AuditedEvent
         * @description An event as the readers of its stream have it, with its whole origin; erased, key and data are null.
         *
         *     `draft_id` is an event's of a draft, `invite_id` one's of an invite.
         */
        readonly AuditedEvent: {
            readonly type: string;
            /** @default null */
            readonly draft_id?: string | null;
            /** @default null */
            readonly invite_id?: string | null;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            readonly data: {
                readonly [key: string]: unknown;
            } | null;
            readonly schema_version: number;
            readonly stream_type: string;
            /** Format: uuid */
            readonly stream_id: string;
            /** Format: uuid */
            readonly workspace_id: string;
            readonly issuer: string;
            readonly subject: string;
            readonly impersonator: string | null;
            readonly correlation_id: string;
            readonly causation_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly recorded_at: string;
        };
        /**
         * Author
         * @description Whose segments stand, and when the first and the last of them were written.
         */
        readonly Author: {
            readonly user_id: string;
            readonly segment_count: number;
            readonly segment_ids: readonly string[];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly first_ts: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly last_ts: string;
        };
        /**
         * CallToAction
         * @description Where the card leads.
         */
        readonly CallToAction: {
            readonly label: string;
            readonly url: string;
        };
        /**
         * CardMetrics
         * @description The figures of a card.
         */
        readonly CardMetrics: {
            readonly contributors_count: number;
            readonly ring_passes_last_24h: number;
            readonly avg_minutes_between_passes: number | null;
            readonly segments_count: number;
        };
        /**
         * CardTheme
         * @description The colours of a card, by what the draft is meant for.
         */
        readonly CardTheme: {
            readonly name: string;
            readonly background: string;
            readonly background_end: string;
            readonly accent: string;
            readonly accent_end: string;
            readonly text: string;
        };
        /** @description Let a reader write, or a writer only read; a holder made a reader returns the ring to the owner. */
        readonly ChangeRole: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "change-role";
            readonly collaborator_id: string;
            readonly role: components["schemas"]["GrantedRole"];
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * CollaboratorAdded
         * @description A person came in, by an invite where it is named.
         */
        readonly CollaboratorAdded: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "collaborator_added";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["CollaboratorAddedData"] | null;
        };
        /**
         * CollaboratorAddedData
         * @description A person came in, by an invite where it is named.
         */
        readonly CollaboratorAddedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly user_id: string;
            readonly role: components["schemas"]["GrantedRole"];
            /** Format: uuid */
            readonly invite_id?: string;
        };
        /**
         * CollaboratorRemoved
         * @description A person was taken out, or left.
         */
        readonly CollaboratorRemoved: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "collaborator_removed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["CollaboratorRemovedData"] | null;
        };
        /**
         * CollaboratorRemovedData
         * @description A person was taken out, or left.
         */
        readonly CollaboratorRemovedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly user_id: string;
        };
        /**
         * CollaboratorsPerDraft
         * @description People in a draft beside its owner.
         */
        readonly CollaboratorsPerDraft: {
            /** @description The most that the plan allows; null: any number. */
            readonly limit: number | null;
        };
        readonly Command: components["schemas"]["CreateDraft"] | components["schemas"]["AddSegment"] | components["schemas"]["AmendSegment"] | components["schemas"]["WithdrawSegment"] | components["schemas"]["PassRing"] | components["schemas"]["PassRingSmart"] | components["schemas"]["ReclaimRing"] | components["schemas"]["NudgeHolder"] | components["schemas"]["AddCollaborator"] | components["schemas"]["ChangeRole"] | components["schemas"]["RemoveCollaborator"] | components["schemas"]["TransferOwnership"] | components["schemas"]["EditDraft"] | components["schemas"]["LockDraft"] | components["schemas"]["UnlockDraft"] | components["schemas"]["CompleteDraft"] | components["schemas"]["ReopenDraft"] | components["schemas"]["ArchiveDraft"] | components["schemas"]["CreateInvite"] | components["schemas"]["AcceptInvite"] | components["schemas"]["RevokeInvite"] | components["schemas"]["DeclineInvite"];
        /**
         * CommandAnswer
         * @description The outcome of a command; for an array, that of each, in order.
         */
        readonly CommandAnswer: {
            readonly data: components["schemas"]["Acknowledged"] | readonly (components["schemas"]["Accepted"] | components["schemas"]["Refused"])[];
        };
        /** @description Call a draft finished; from then on it can only be reopened. */
        readonly CompleteDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "complete-draft";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Config
         * @description What a front end needs to know before anybody signs in.
         */
        readonly Config: {
            /** @enum {string} */
            readonly environment: "local" | "test" | "staging" | "production";
            readonly clerk_publishable_key: string | null;
            readonly anonymous_read: boolean;
            /** @enum {string} */
            readonly default_visibility: "private" | "public";
            readonly limits: components["schemas"]["Limits"];
            /** @description Null where nobody signs the log. */
            readonly proofs: components["schemas"]["Proofs"] | null;
        };
        /**
         * ConfigAnswer
         * @description What a front end needs to know before anybody signs in.
         */
        readonly ConfigAnswer: {
            readonly data: components["schemas"]["Config"];
        };
        /**
         * Consistency
         * @description The hashes of RFC 6962 §2.1.2, each 32 bytes as base64, and the newest checkpoint. Sizes are in events.
         */
        readonly Consistency: {
            readonly origin: string;
            readonly from: number;
            readonly to: number;
            readonly hashes: readonly string[];
            readonly checkpoint: string;
        };
        /**
         * ConsistencyAnswer
         * @description That the smaller log is the beginning of the larger one.
         */
        readonly ConsistencyAnswer: {
            readonly data: components["schemas"]["Consistency"];
        };
        /**
         * Contributor
         * @description What one person wrote of what stands, and how long they had the ring; passes are those of their own choice.
         */
        readonly Contributor: {
            readonly user_id: string;
            readonly segments_added_count: number;
            readonly segment_share: number;
            readonly words_added: number;
            readonly characters_added: number;
            readonly segments_amended_count: number;
            readonly segments_withdrawn_count: number;
            readonly first_contribution_ts: string | null;
            readonly last_contribution_ts: string | null;
            readonly ring_holds_count: number;
            /** @description In seconds, with a fraction. */
            readonly total_hold_seconds: number;
            readonly ring_passes_count: number;
        };
        /**
         * Contributors
         * @description Everybody who wrote or held the ring, whoever wrote last first; `total_contributors` have segments that stand.
         */
        readonly Contributors: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly contributors: readonly components["schemas"]["Contributor"][];
            readonly total_contributors: number;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * ContributorsAnswer
         * @description What each person did.
         */
        readonly ContributorsAnswer: {
            readonly data: components["schemas"]["Contributors"];
        };
        /** @description Start a draft; its creator owns it and holds the ring. */
        readonly CreateDraft: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "create-draft";
            readonly title: string;
            /** @default  */
            readonly description?: string;
            /** @default null */
            readonly platform?: components["schemas"]["Platform"] | null;
            /** @default null */
            readonly visibility?: components["schemas"]["Visibility"] | null;
            /** @default null */
            readonly initial_segment?: string | null;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /** @description Ask one person, by user id or by handle, to join; the answer has the link that lets them accept. */
        readonly CreateInvite: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "create-invite";
            /** @default null */
            readonly target_user_id?: string | null;
            /** @default null */
            readonly target_handle?: string | null;
            /** @default contributor */
            readonly role?: components["schemas"]["GrantedRole"];
            /** @default 72 */
            readonly expires_in_hours?: number;
            /** @default null */
            readonly message?: string | null;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        } & ({
            readonly target_user_id: string;
        } | {
            readonly target_handle: string;
        });
        /**
         * Daily
         * @description The last days, oldest first, the quiet ones included.
         */
        readonly Daily: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly days: readonly components["schemas"]["Day"][];
            readonly window_days: number;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * DailyAnswer
         * @description What each day brought.
         */
        readonly DailyAnswer: {
            readonly data: components["schemas"]["Daily"];
        };
        /**
         * Day
         * @description What a UTC day brought; over all days, words added less words removed are those that stand.
         */
        readonly Day: {
            /** Format: date */
            readonly date: string;
            readonly segments_added: number;
            readonly segments_amended: number;
            readonly segments_withdrawn: number;
            readonly words_added: number;
            readonly words_removed: number;
            readonly ring_passes: number;
            readonly contributors: number;
        };
        /** @description Say no to an invite. */
        readonly DeclineInvite: {
            /** Format: uuid */
            readonly invite_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "decline-invite";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Diff
         * @description What is other in a draft than it was, each by whoever changed it last; `to` is how far this page goes.
         */
        readonly Diff: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly from: components["schemas"]["VersionAt"];
            readonly to: components["schemas"]["VersionAt"];
            readonly fields: readonly components["schemas"]["FieldChange"][];
            readonly segments: components["schemas"]["SegmentChanges"];
            readonly members: readonly components["schemas"]["MemberChange"][];
            readonly ring: components["schemas"]["RingChange"];
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * DiffAnswer
         * @description What changed in a draft, and who changed it.
         */
        readonly DiffAnswer: {
            readonly data: components["schemas"]["Diff"];
        };
        /**
         * Doer
         * @description Who did it; what people are called is told elsewhere, so that an event reads the same for everyone.
         */
        readonly Doer: {
            readonly id: string;
        };
        /**
         * Draft
         * @description A draft as its reader sees it; `metrics` on reads of one draft, `pending_invites` for members.
         */
        readonly Draft: {
            /** Format: uuid */
            readonly draft_id: string;
            /** Format: uuid */
            readonly workspace_id: string;
            readonly creator_id: string;
            readonly title: string;
            readonly description: string;
            readonly platform: components["schemas"]["Platform"] | null;
            readonly status: components["schemas"]["Status"];
            readonly visibility: components["schemas"]["Visibility"];
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            readonly segments: readonly components["schemas"]["Segment"][];
            readonly ring_state: components["schemas"]["RingState"];
            readonly collaborators: readonly string[];
            readonly members: readonly components["schemas"]["Member"][];
            readonly pending_invites: readonly string[];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly updated_at: string;
            readonly target_publish_at: string | null;
            readonly metrics: components["schemas"]["DraftMetrics"] | null;
        };
        /**
         * DraftAnswer
         * @description The whole draft.
         */
        readonly DraftAnswer: {
            readonly data: components["schemas"]["Draft"];
        };
        /**
         * DraftArchived
         * @description It was put away.
         */
        readonly DraftArchived: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_archived";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftArchivedData"] | null;
        };
        /**
         * DraftArchivedData
         * @description It was put away.
         */
        readonly DraftArchivedData: {
            /** Format: date-time */
            readonly decided_at?: string;
        };
        /**
         * DraftCompleted
         * @description It is finished.
         */
        readonly DraftCompleted: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_completed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftCompletedData"] | null;
        };
        /**
         * DraftCompletedData
         * @description It is finished.
         */
        readonly DraftCompletedData: {
            /** Format: date-time */
            readonly decided_at?: string;
        };
        /**
         * DraftCreated
         * @description A draft began; its creator owns it and holds the ring.
         */
        readonly DraftCreated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_created";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftCreatedData"] | null;
        };
        /**
         * DraftCreatedData
         * @description A draft began; its creator owns it and holds the ring.
         */
        readonly DraftCreatedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly creator_id: string;
            readonly title: string;
            /** @default  */
            readonly description?: string;
            readonly platform?: components["schemas"]["Platform"];
            readonly visibility: components["schemas"]["Visibility"];
            /** @default 24 */
            readonly turn_limit_hours?: number;
        };
        /**
         * DraftDescribed
         * @description It has another description.
         */
        readonly DraftDescribed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_described";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftDescribedData"] | null;
        };
        /**
         * DraftDescribedData
         * @description It has another description.
         */
        readonly DraftDescribedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly description: string;
        };
        /**
         * DraftList
         * @description A page of drafts; `count` is how many are on it.
         *
         *     One page of a search goes through so much text at most, so it may be empty and still have a `next_cursor`.
         */
        readonly DraftList: {
            readonly data: readonly components["schemas"]["ListedDraft"][];
            readonly count: number;
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * DraftLocked
         * @description It takes no segments for now.
         */
        readonly DraftLocked: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_locked";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftLockedData"] | null;
        };
        /**
         * DraftLockedData
         * @description It takes no segments for now.
         */
        readonly DraftLockedData: {
            /** Format: date-time */
            readonly decided_at?: string;
        };
        /**
         * DraftMetrics
         * @description Figures of one draft, as of now or of `now`.
         */
        readonly DraftMetrics: {
            readonly contributorsCount: number;
            readonly ringPassesLast24h: number;
            readonly avgMinutesBetweenPasses: number | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly lastActivityAt: string;
        };
        /**
         * DraftRenamed
         * @description It has another title.
         */
        readonly DraftRenamed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_renamed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftRenamedData"] | null;
        };
        /**
         * DraftRenamedData
         * @description It has another title.
         */
        readonly DraftRenamedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly title: string;
        };
        /**
         * DraftReopened
         * @description It goes on.
         */
        readonly DraftReopened: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_reopened";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftReopenedData"] | null;
        };
        /**
         * DraftReopenedData
         * @description It goes on.
         */
        readonly DraftReopenedData: {
            /** Format: date-time */
            readonly decided_at?: string;
        };
        /**
         * DraftUnlocked
         * @description It takes segments again.
         */
        readonly DraftUnlocked: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "draft_unlocked";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["DraftUnlockedData"] | null;
        };
        /**
         * DraftUnlockedData
         * @description It takes segments again.
         */
        readonly DraftUnlockedData: {
            /** Format: date-time */
            readonly decided_at?: string;
        };
        /**
         * Drafts
         * @description Drafts owned and not archived.
         */
        readonly Drafts: {
            readonly used: number;
            /** @description The most that the plan allows; null: any number. */
            readonly limit: number | null;
        };
        /** @description Change what a draft is called and how it is run; only fields that are sent change, each by its own event. */
        readonly EditDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "edit-draft";
            readonly title?: string;
            readonly description?: string;
            readonly platform?: components["schemas"]["Platform"] | null;
            readonly visibility?: components["schemas"]["Visibility"];
            readonly turn_limit_hours?: number;
            readonly target_publish_at?: string | null;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * EventList
         * @description A page of a draft's events, in the bytes of the live feed.
         */
        readonly EventList: {
            readonly data: readonly (components["schemas"]["DraftCreated"] | components["schemas"]["SegmentAdded"] | components["schemas"]["SegmentAmended"] | components["schemas"]["SegmentWithdrawn"] | components["schemas"]["RingPassed"] | components["schemas"]["HolderNudged"] | components["schemas"]["CollaboratorAdded"] | components["schemas"]["RoleChanged"] | components["schemas"]["CollaboratorRemoved"] | components["schemas"]["OwnershipTransferred"] | components["schemas"]["DraftRenamed"] | components["schemas"]["DraftDescribed"] | components["schemas"]["PlatformChanged"] | components["schemas"]["VisibilityChanged"] | components["schemas"]["TurnLimitChanged"] | components["schemas"]["PublishDateChanged"] | components["schemas"]["DraftLocked"] | components["schemas"]["DraftUnlocked"] | components["schemas"]["DraftCompleted"] | components["schemas"]["DraftReopened"] | components["schemas"]["DraftArchived"])[];
            readonly count: number;
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * Export
         * @description A draft as a file; `content` is all of it.
         */
        readonly Export: {
            /** Format: uuid */
            readonly draft_id: string;
            /** @enum {string} */
            readonly format: "markdown" | "json" | "html";
            readonly filename: string;
            readonly content_type: string;
            readonly content: string;
        };
        /**
         * ExportAnswer
         * @description A draft as a file.
         */
        readonly ExportAnswer: {
            readonly data: components["schemas"]["Export"];
        };
        /**
         * ExportRequest
         * @description POST /v1/export/drafts/{id}: which kind of file, and whether it names those who wrote.
         */
        readonly ExportRequest: {
            /** @default markdown */
            readonly format?: components["schemas"]["Format"];
            /** @default true */
            readonly include_credits?: boolean;
        };
        /**
         * Fault
         * @description What existing clients read.
         */
        readonly Fault: {
            readonly code: string;
            readonly message: string;
            readonly request_id: string;
        };
        /**
         * FieldChange
         * @description A field of the draft that is other than it was.
         */
        readonly FieldChange: {
            readonly by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @enum {string} */
            readonly field: "title" | "description" | "platform" | "visibility" | "turn_limit_hours" | "target_publish_at" | "status";
            readonly from: string | number | null;
            readonly to: string | number | null;
        };
        /**
         * FieldFault
         * @description A wrong field, by its name and the names around it.
         */
        readonly FieldFault: {
            readonly loc: readonly (string | number)[];
            readonly msg: string;
        };
        /**
         * Format
         * @description What kind of file.
         * @enum {string}
         */
        readonly Format: "markdown" | "json" | "html";
        /**
         * GrantedRole
         * @description The roles that can be given; ownership is transferred, never granted.
         * @enum {string}
         */
        readonly GrantedRole: "contributor" | "viewer";
        /**
         * HolderNudged
         * @description A member reminded the holder of their turn.
         */
        readonly HolderNudged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "holder_nudged";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["HolderNudgedData"] | null;
        };
        /**
         * HolderNudgedData
         * @description A member reminded the holder of their turn.
         */
        readonly HolderNudgedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly user_id: string;
            readonly holder_id: string;
        };
        /**
         * Insight
         * @description Something worth knowing; `reason` names its threshold, `metrics_snapshot` the figures behind it.
         */
        readonly Insight: {
            /** @enum {string} */
            readonly type: "stalled" | "dominant_user" | "low_engagement" | "healthy";
            /** @enum {string} */
            readonly severity: "critical" | "warning" | "info";
            readonly title: string;
            readonly message: string;
            readonly reason: string;
            readonly metrics_snapshot: {
                readonly [key: string]: unknown;
            };
        };
        /**
         * Insights
         * @description How a draft stands, the gravest first, what would help, and what needs somebody now.
         */
        readonly Insights: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly insights: readonly components["schemas"]["Insight"][];
            readonly recommendations: readonly components["schemas"]["Recommendation"][];
            readonly alerts: readonly components["schemas"]["Alert"][];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * InsightsAnswer
         * @description How a draft stands.
         */
        readonly InsightsAnswer: {
            readonly data: components["schemas"]["Insights"];
        };
        /**
         * Invitation
         * @description An invite as its two people and the members of its draft see it, so that one knows what one is asked into.
         *
         *     `draft_title` is null for whoever may not read the draft, but for the target of an invite that stands.
         */
        readonly Invitation: {
            /** Format: uuid */
            readonly invite_id: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly inviter_user_id: string;
            readonly inviter_display: string;
            readonly target_user_id: string;
            readonly target_display: string;
            readonly role: components["schemas"]["GrantedRole"];
            readonly message: string | null;
            /** @enum {string} */
            readonly status: "pending" | "accepted" | "revoked" | "declined" | "expired";
            readonly token_hint: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly expires_at: string;
            readonly settled_at: string | null;
            readonly draft_title: string | null;
        };
        /**
         * InvitationAnswer
         * @description An invite, with the title of its draft.
         */
        readonly InvitationAnswer: {
            readonly data: components["schemas"]["Invitation"];
        };
        /**
         * Invite
         * @description One person asked into one draft; `token_hint` is the end of its token, `settled_at` when it was answered.
         */
        readonly Invite: {
            /** Format: uuid */
            readonly invite_id: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly inviter_user_id: string;
            readonly inviter_display: string;
            readonly target_user_id: string;
            readonly target_display: string;
            readonly role: components["schemas"]["GrantedRole"];
            readonly message: string | null;
            /** @enum {string} */
            readonly status: "pending" | "accepted" | "revoked" | "declined" | "expired";
            readonly token_hint: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly expires_at: string;
            readonly settled_at: string | null;
        };
        /**
         * InviteAccepted
         * @description They joined.
         */
        readonly InviteAccepted: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "invite_accepted";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly invite_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["InviteAcceptedData"] | null;
        };
        /**
         * InviteAcceptedData
         * @description They joined.
         */
        readonly InviteAcceptedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly user_id: string;
            readonly role: components["schemas"]["GrantedRole"];
        };
        /**
         * InviteAnswer
         * @description An invite.
         */
        readonly InviteAnswer: {
            readonly data: components["schemas"]["Invite"];
        };
        /**
         * InviteCreated
         * @description A person was asked to join a draft.
         */
        readonly InviteCreated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "invite_created";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly invite_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["InviteCreatedData"] | null;
        };
        /**
         * InviteCreatedData
         * @description A person was asked to join a draft.
         */
        readonly InviteCreatedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly inviter_id: string;
            readonly target_user_id: string;
            readonly role: components["schemas"]["GrantedRole"];
            readonly message?: string;
            /** Format: date-time */
            readonly expires_at: string;
        };
        /**
         * InviteDeclined
         * @description They said no.
         */
        readonly InviteDeclined: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "invite_declined";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly invite_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["InviteDeclinedData"] | null;
        };
        /**
         * InviteDeclinedData
         * @description They said no.
         */
        readonly InviteDeclinedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly draft_id: string;
        };
        /**
         * InviteList
         * @description A page of a draft's invites, newest first.
         */
        readonly InviteList: {
            readonly data: readonly components["schemas"]["Invite"][];
            readonly count: number;
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * InviteRevoked
         * @description It was taken back.
         */
        readonly InviteRevoked: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "invite_revoked";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly invite_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["InviteRevokedData"] | null;
        };
        /**
         * InviteRevokedData
         * @description It was taken back.
         */
        readonly InviteRevokedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly draft_id: string;
        };
        /**
         * KeysHealth
         * @description Whether the tokens of an issuer can be judged.
         */
        readonly KeysHealth: {
            readonly issuer: string;
            readonly usable: boolean;
        };
        /**
         * Leaderboard
         * @description Who did most in public drafts, by a metric, over the last UTC days.
         */
        readonly Leaderboard: {
            readonly metric_type: components["schemas"]["Metric"];
            readonly window_days: number;
            readonly message: string;
            readonly entries: readonly components["schemas"]["LeaderboardEntry"][];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * LeaderboardAnswer
         * @description Who did most.
         */
        readonly LeaderboardAnswer: {
            readonly data: components["schemas"]["Leaderboard"];
        };
        /**
         * LeaderboardEntry
         * @description A place on the board, from 1.
         */
        readonly LeaderboardEntry: {
            readonly position: number;
            readonly user_id: string;
            readonly display_name: string;
            readonly metric_value: number;
            readonly metric_label: string;
        };
        /**
         * Limits
         * @description What a front end should not exceed.
         */
        readonly Limits: {
            readonly body_bytes: number;
            readonly title_characters: number;
            readonly description_characters: number;
            readonly segment_characters: number;
            readonly heartbeat_seconds: number;
        };
        /**
         * Link
         * @description How the person who was invited accepts; whoever made the invite is shown it, and nobody else.
         */
        readonly Link: {
            /** Format: uuid */
            readonly invite_id: string;
            readonly token: string;
            readonly share_url: string;
        };
        /**
         * ListedDraft
         * @description A draft of a list; of a search (`q`) it has a snippet.
         */
        readonly ListedDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /** Format: uuid */
            readonly workspace_id: string;
            readonly creator_id: string;
            readonly title: string;
            readonly description: string;
            readonly platform: components["schemas"]["Platform"] | null;
            readonly status: components["schemas"]["Status"];
            readonly visibility: components["schemas"]["Visibility"];
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            readonly segments: readonly components["schemas"]["Segment"][];
            readonly ring_state: components["schemas"]["RingState"];
            readonly collaborators: readonly string[];
            readonly members: readonly components["schemas"]["Member"][];
            readonly pending_invites: readonly string[];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly updated_at: string;
            readonly target_publish_at: string | null;
            readonly metrics: components["schemas"]["DraftMetrics"] | null;
            /** @default null */
            readonly snippet?: components["schemas"]["Snippet"] | null;
        };
        /** @description Take no segments for now. */
        readonly LockDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "lock-draft";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * MeAnswer
         * @description Who is signed in.
         */
        readonly MeAnswer: {
            readonly data: components["schemas"]["Person"];
        };
        /**
         * MeRequest
         * @description How to be called; what is left out stays, null takes a name away.
         */
        readonly MeRequest: {
            /** @default null */
            readonly display_name?: string | null;
            /** @default null */
            readonly handle?: string | null;
            /**
             * @description As the header `Idempotency-Key`.
             * @default null
             */
            readonly idempotency_key?: string | null;
            /**
             * @description As the header `If-Match`, a number here.
             * @default null
             */
            readonly expected_version?: number | null;
        };
        /**
         * Member
         * @description A person of a draft.
         */
        readonly Member: {
            readonly user_id: string;
            readonly display: string;
            readonly role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly joined_at: string;
        };
        /**
         * MemberChange
         * @description Somebody with another role than before; null is none.
         */
        readonly MemberChange: {
            readonly by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            readonly user_id: string;
            readonly from: components["schemas"]["Role"] | null;
            readonly to: components["schemas"]["Role"] | null;
        };
        /**
         * Metric
         * @description What is counted, over how many days: passes to others, segments, days with either.
         * @enum {string}
         */
        readonly Metric: "collaboration" | "momentum" | "consistency";
        /**
         * MovedSegment
         * @description A segment that came or went, with its text.
         */
        readonly MovedSegment: {
            readonly by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** Format: uuid */
            readonly segment_id: string;
            readonly segment_order: number;
            readonly user_id: string;
            readonly content: string;
        };
        /**
         * NewInvite
         * @description An invite as whoever made it sees it in answer: with the link for the person, which nobody is shown again.
         */
        readonly NewInvite: {
            /** Format: uuid */
            readonly invite_id: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly inviter_user_id: string;
            readonly inviter_display: string;
            readonly target_user_id: string;
            readonly target_display: string;
            readonly role: components["schemas"]["GrantedRole"];
            readonly message: string | null;
            /** @enum {string} */
            readonly status: "pending" | "accepted" | "revoked" | "declined" | "expired";
            readonly token_hint: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly expires_at: string;
            readonly settled_at: string | null;
            /** @description HMAC-SHA256 of the invite's id, 64 hex digits. */
            readonly token: string;
            readonly share_url: string;
        };
        /**
         * NewInviteAnswer
         * @description An invite that was just made.
         */
        readonly NewInviteAnswer: {
            readonly data: components["schemas"]["NewInvite"];
        };
        /** @description Remind the holder that it is their turn; a member may once an hour. */
        readonly NudgeHolder: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "nudge-holder";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Outcome
         * @description What became of a command. Its version is that of its last event, or of the draft if nothing changed.
         */
        readonly Outcome: {
            /** Format: uuid */
            readonly draft_id: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
        };
        /**
         * OutcomeAnswer
         * @description The bare outcome: so preferred, or the draft can't be shown.
         */
        readonly OutcomeAnswer: {
            readonly data: components["schemas"]["Outcome"];
        };
        /**
         * OwnershipTransferred
         * @description Another member owns the draft; the one before is a contributor.
         */
        readonly OwnershipTransferred: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "ownership_transferred";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["OwnershipTransferredData"] | null;
        };
        /**
         * OwnershipTransferredData
         * @description Another member owns the draft; the one before is a contributor.
         */
        readonly OwnershipTransferredData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly from_user_id: string;
            readonly to_user_id: string;
        };
        /**
         * PassMade
         * @description One pass of the ring.
         */
        readonly PassMade: {
            readonly by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            readonly from_user_id: string;
            readonly to_user_id: string;
            readonly reason: string | null;
            readonly strategy: components["schemas"]["Strategy"] | null;
        };
        /** @description Give the ring to the owner or a contributor. */
        readonly PassRing: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "pass-ring";
            readonly to_user_id: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * @description Give the ring to whoever a strategy chooses from the draft's own history.
         *
         *     `allow_ai` is accepted for clients that send it: every strategy is a rule, and the same for everyone.
         */
        readonly PassRingSmart: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "pass-ring-smart";
            /** @default most_inactive */
            readonly strategy?: components["schemas"]["Strategy"];
            /** @default false */
            readonly allow_ai?: boolean;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Person
         * @description Who is signed in; `enforced` says whether plans limit anything here.
         */
        readonly Person: {
            readonly user_id: string;
            /** @description What others see: the display name, or a default one. */
            readonly display: string;
            readonly display_name: string | null;
            readonly handle: string | null;
            /** @description free, creator or team. */
            readonly plan: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /** Format: uuid */
            readonly workspace_id: string;
            readonly usage: components["schemas"]["Usage"];
            readonly enforced: boolean;
        };
        /**
         * Platform
         * @description Where a finished draft is meant to be published.
         * @enum {string}
         */
        readonly Platform: "x" | "instagram" | "tiktok" | "youtube" | "blog";
        /**
         * PlatformChanged
         * @description It is meant for another platform.
         */
        readonly PlatformChanged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "platform_changed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["PlatformChangedData"] | null;
        };
        /**
         * PlatformChangedData
         * @description It is meant for another platform.
         */
        readonly PlatformChangedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly platform?: components["schemas"]["Platform"];
        };
        /**
         * Problem
         * @description Why a request was refused; `errors` for wrong fields. It never repeats what was sent.
         */
        readonly Problem: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            /** @description The request's id. */
            readonly instance: string;
            readonly error: components["schemas"]["Fault"];
            readonly errors?: readonly components["schemas"]["FieldFault"][];
        };
        /**
         * ProjectionHealth
         * @description How far a read model is; `lag` is in events.
         */
        readonly ProjectionHealth: {
            readonly name: string;
            readonly version: number;
            readonly position: number;
            readonly lag: number;
            readonly stuck: boolean;
        };
        /**
         * Proofs
         * @description The log's proofs: whose they are, as its checkpoints say.
         */
        readonly Proofs: {
            readonly origin: string;
        };
        /**
         * PublishDateChanged
         * @description It is to be published at another time.
         */
        readonly PublishDateChanged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "publish_date_changed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["PublishDateChangedData"] | null;
        };
        /**
         * PublishDateChangedData
         * @description It is to be published at another time.
         */
        readonly PublishDateChangedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: date-time */
            readonly target_publish_at?: string;
        };
        /**
         * Ready
         * @description Requests can be served.
         */
        readonly Ready: {
            /** @constant */
            readonly status: "ready";
            /** @constant */
            readonly database: true;
            readonly tail: components["schemas"]["TailHealth"];
            readonly projections: readonly components["schemas"]["ProjectionHealth"][];
            readonly keys: readonly components["schemas"]["KeysHealth"][];
            readonly signing: components["schemas"]["SigningHealth"];
        };
        /** @description Take the ring from a holder whose turn is over: the owner may after one turn limit, contributors after two. */
        readonly ReclaimRing: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "reclaim-ring";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Recommendation
         * @description Something that would help.
         */
        readonly Recommendation: {
            /** @enum {string} */
            readonly action: "nudge_holder" | "pass_ring" | "invite_user";
            readonly target_user_id: string | null;
            readonly reason: string;
        };
        /**
         * Refused
         * @description A command of several that was refused.
         */
        readonly Refused: {
            readonly status: number;
            readonly problem: components["schemas"]["Problem"];
        };
        /** @description Take a person out, or leave; a holder returns the ring to the owner. */
        readonly RemoveCollaborator: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "remove-collaborator";
            readonly collaborator_id: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /** @description Go on with a completed or archived draft. */
        readonly ReopenDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "reopen-draft";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /** @description Take an invite back; whoever made it and the owner may. */
        readonly RevokeInvite: {
            /** Format: uuid */
            readonly invite_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "revoke-invite";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Ring
         * @description A page of turns and the passes between them, newest first.
         */
        readonly Ring: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly current_holder_id: string | null;
            readonly holds: readonly components["schemas"]["RingHold"][];
            readonly passes: readonly components["schemas"]["RingPass"][];
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * RingAnswer
         * @description Who held the ring from when to when.
         */
        readonly RingAnswer: {
            readonly data: components["schemas"]["Ring"];
        };
        /**
         * RingChange
         * @description Who held the ring before and after, and every pass between.
         */
        readonly RingChange: {
            readonly from: string;
            readonly to: string;
            readonly passes: readonly components["schemas"]["PassMade"][];
        };
        /**
         * RingHold
         * @description One turn; that of the holder is `open`, and ends at `computed_at`.
         */
        readonly RingHold: {
            readonly user_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly start_ts: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly end_ts: string;
            /** @description In seconds, with a fraction. */
            readonly seconds: number;
            readonly open: boolean;
        };
        /**
         * RingPass
         * @description How the ring went on: `reason` where it was not the holder's choice, `strategy` where that was left to one.
         */
        readonly RingPass: {
            readonly from_user_id: string;
            readonly to_user_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly ts: string;
            readonly reason: string | null;
            readonly strategy: components["schemas"]["Strategy"] | null;
            readonly reasoning: string | null;
        };
        /**
         * RingPassed
         * @description The ring changed hands. `reason` is absent when its holder passed it.
         *
         *     A smart pass says which strategy chose the next holder, why, and from how many candidates.
         */
        readonly RingPassed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "ring_passed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["RingPassedData"] | null;
        };
        /**
         * RingPassedData
         * @description The ring changed hands. `reason` is absent when its holder passed it.
         *
         *     A smart pass says which strategy chose the next holder, why, and from how many candidates.
         */
        readonly RingPassedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly from_user_id: string;
            readonly to_user_id: string;
            /** @enum {string} */
            readonly reason?: "holder_removed" | "holder_demoted" | "reclaimed";
            readonly strategy?: components["schemas"]["Strategy"];
            readonly reasoning?: string;
            readonly candidate_count?: number;
        };
        /**
         * RingState
         * @description Whose turn it is, and whose it was; no `deadline_at` for a draft that takes no more turns.
         */
        readonly RingState: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly current_holder_id: string;
            readonly holders_history: readonly string[];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly passed_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly last_passed_at: string;
            readonly deadline_at: string | null;
            readonly idempotency_key: null;
        };
        /**
         * Role
         * @description What a member may do: own it, write in turn, or read.
         * @enum {string}
         */
        readonly Role: "owner" | "contributor" | "viewer";
        /**
         * RoleChanged
         * @description A member may do more, or less, than before.
         */
        readonly RoleChanged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "role_changed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["RoleChangedData"] | null;
        };
        /**
         * RoleChangedData
         * @description A member may do more, or less, than before.
         */
        readonly RoleChangedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly user_id: string;
            readonly role: components["schemas"]["GrantedRole"];
        };
        /**
         * Segment
         * @description One piece of a draft; `segment_order` counts from 0 and never changes.
         */
        readonly Segment: {
            /** Format: uuid */
            readonly segment_id: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly user_id: string;
            readonly content: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            readonly segment_order: number;
            readonly author_user_id: string;
            readonly author_display: string;
            readonly ring_holder_user_id_at_write: string;
            readonly ring_holder_display_at_write: string;
            readonly idempotency_key: null;
        };
        /**
         * SegmentAdded
         * @description The holder wrote the next segment; `segment_order` counts from 0.
         */
        readonly SegmentAdded: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "segment_added";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["SegmentAddedData"] | null;
        };
        /**
         * SegmentAddedData
         * @description The holder wrote the next segment; `segment_order` counts from 0.
         */
        readonly SegmentAddedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly segment_id: string;
            readonly author_id: string;
            readonly content: string;
            readonly segment_order: number;
        };
        /**
         * SegmentAmended
         * @description Its author gave a segment another text.
         */
        readonly SegmentAmended: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "segment_amended";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["SegmentAmendedData"] | null;
        };
        /**
         * SegmentAmendedData
         * @description Its author gave a segment another text.
         */
        readonly SegmentAmendedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly segment_id: string;
            readonly segment_order: number;
            readonly content: string;
        };
        /**
         * SegmentChanges
         * @description What became of the segments.
         */
        readonly SegmentChanges: {
            readonly added: readonly components["schemas"]["MovedSegment"][];
            readonly amended: readonly components["schemas"]["AmendedSegment"][];
            readonly withdrawn: readonly components["schemas"]["MovedSegment"][];
        };
        /**
         * SegmentWithdrawn
         * @description Its author took a segment out; the orders of the others stay as they are.
         */
        readonly SegmentWithdrawn: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "segment_withdrawn";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["SegmentWithdrawnData"] | null;
        };
        /**
         * SegmentWithdrawnData
         * @description Its author took a segment out; the orders of the others stay as they are.
         */
        readonly SegmentWithdrawnData: {
            /** Format: date-time */
            readonly decided_at?: string;
            /** Format: uuid */
            readonly segment_id: string;
            readonly segment_order: number;
        };
        /**
         * SegmentsToday
         * @description Segments written today, UTC.
         */
        readonly SegmentsToday: {
            readonly used: number;
            /** @description The most that the plan allows; null: any number. */
            readonly limit: number | null;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly resets_at: string;
        };
        /**
         * ShareCard
         * @description What is shown of a draft where it is shared; `contributors` are display names, the owner's first.
         */
        readonly ShareCard: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly title: string;
            readonly subtitle: string;
            readonly metrics: components["schemas"]["CardMetrics"];
            readonly contributors: readonly string[];
            readonly top_line: string;
            readonly cta: components["schemas"]["CallToAction"];
            readonly theme: components["schemas"]["CardTheme"];
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly generated_at: string;
        };
        /**
         * ShareCardAnswer
         * @description What is shown of a draft where it is shared.
         */
        readonly ShareCardAnswer: {
            readonly data: components["schemas"]["ShareCard"];
        };
        /**
         * SigningHealth
         * @description Whether the log is signed, and how far; `lag` is in events. Where it is not, `detail` says why.
         */
        readonly SigningHealth: {
            /** @enum {string} */
            readonly state: "on" | "off" | "unsigned" | "refused";
            readonly origin: string | null;
            readonly size: number;
            readonly lag: number;
            readonly detail: string | null;
        };
        /**
         * SmartMetrics
         * @description What a choice rests on: the strategy, how many could have been chosen, and the version it was decided on.
         */
        readonly SmartMetrics: {
            readonly strategy: components["schemas"]["Strategy"];
            readonly candidate_count: number;
            readonly computed_from: string;
        };
        /**
         * SmartPass
         * @description The draft after a smart pass, and whom it chose.
         */
        readonly SmartPass: {
            readonly data: components["schemas"]["Draft"] | components["schemas"]["Outcome"];
            readonly selected_to_user_id: string;
            readonly strategy_used: components["schemas"]["Strategy"];
            readonly reasoning: string;
            readonly metrics: components["schemas"]["SmartMetrics"];
        };
        /**
         * Snippet
         * @description A passage of what was found: of the segment of that order, or of the title (null).
         *
         *     `text` is as plain as it was written; `matches` are the [start, end) of what was found in it, in code points.
         */
        readonly Snippet: {
            readonly segment_order: number | null;
            readonly text: string;
            readonly matches: readonly (readonly [
                number,
                number
            ])[];
        };
        /**
         * Status
         * @description Where a draft stands in its life.
         * @enum {string}
         */
        readonly Status: "active" | "locked" | "completed" | "archived";
        /**
         * Strategy
         * @description How a smart pass chooses who is next.
         * @enum {string}
         */
        readonly Strategy: "most_inactive" | "round_robin" | "back_to_creator" | "best_next";
        /**
         * Summary
         * @description A draft in figures: segments, words and code points are those that stand; reminders are no activity.
         */
        readonly Summary: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly status: components["schemas"]["Status"];
            readonly total_segments: number;
            readonly total_words: number;
            readonly total_characters: number;
            readonly amended_segments: number;
            readonly withdrawn_segments: number;
            readonly unique_contributors: number;
            readonly ring_pass_count: number;
            readonly ring_hold_count: number;
            readonly avg_time_holding_ring_seconds: number | null;
            /** @description In seconds, with a fraction. */
            readonly longest_hold_seconds: number;
            readonly current_holder_id: string | null;
            /** @description In seconds, with a fraction. */
            readonly current_hold_seconds: number;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly last_activity_ts: string;
            /** @enum {string} */
            readonly inactivity_risk: "low" | "medium" | "high";
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly computed_at: string;
        };
        /**
         * SummaryAnswer
         * @description A draft in figures.
         */
        readonly SummaryAnswer: {
            readonly data: components["schemas"]["Summary"];
        };
        /**
         * TailHealth
         * @description Whether the log is being followed, and how far.
         */
        readonly TailHealth: {
            readonly connected: boolean;
            readonly position: number;
        };
        /**
         * Timeline
         * @description A page of what happened to a draft.
         */
        readonly Timeline: {
            /** Format: uuid */
            readonly draft_id: string;
            readonly events: readonly components["schemas"]["TimelineEntry"][];
            /** @description Where the next page begins, for `cursor`; null on the last one. */
            readonly next_cursor: string | null;
        };
        /**
         * TimelineAnswer
         * @description A page of what happened to a draft.
         */
        readonly TimelineAnswer: {
            readonly data: components["schemas"]["Timeline"];
        };
        /**
         * TimelineEntry
         * @description An event in a sentence; `meta` is its data without long texts.
         */
        readonly TimelineEntry: {
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly ts: string;
            readonly type: string;
            readonly actor_user_id: string;
            /** Format: uuid */
            readonly draft_id: string;
            readonly summary: string;
            readonly meta: {
                readonly [key: string]: unknown;
            };
        };
        /**
         * Token
         * @description A token to develop with; `expires_in` is in seconds.
         */
        readonly Token: {
            readonly token: string;
            readonly user_id: string;
            readonly expires_in: number;
        };
        /**
         * TokenAnswer
         * @description A token to develop with.
         */
        readonly TokenAnswer: {
            readonly data: components["schemas"]["Token"];
        };
        /**
         * TokenRequest
         * @description Whom to mint a token for.
         */
        readonly TokenRequest: {
            readonly user_id: string;
        };
        /** @description Make another member the owner; the one before stays, as a contributor. */
        readonly TransferOwnership: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "transfer-ownership";
            readonly to_user_id: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * TurnLimitChanged
         * @description A turn may take another time.
         */
        readonly TurnLimitChanged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "turn_limit_changed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["TurnLimitChangedData"] | null;
        };
        /**
         * TurnLimitChangedData
         * @description A turn may take another time.
         */
        readonly TurnLimitChangedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly turn_limit_hours: number;
        };
        /** @description Take segments again. */
        readonly UnlockDraft: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "unlock-draft";
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
        /**
         * Unready
         * @description Why requests can't be served, and how the parts stand, as far as that is known.
         */
        readonly Unready: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            /** @description The request's id. */
            readonly instance: string;
            readonly error: components["schemas"]["Fault"];
            readonly errors?: readonly components["schemas"]["FieldFault"][];
            readonly database: boolean;
            /** @default null */
            readonly tail?: components["schemas"]["TailHealth"] | null;
            /** @default null */
            readonly projections?: readonly components["schemas"]["ProjectionHealth"][] | null;
            /** @default null */
            readonly keys?: readonly components["schemas"]["KeysHealth"][] | null;
            /** @default null */
            readonly signing?: components["schemas"]["SigningHealth"] | null;
        };
        /**
         * Usage
         * @description What is used of a plan, and what it allows.
         */
        readonly Usage: {
            readonly drafts: components["schemas"]["Drafts"];
            readonly segments_today: components["schemas"]["SegmentsToday"];
            readonly collaborators_per_draft: components["schemas"]["CollaboratorsPerDraft"];
        };
        /**
         * VersionAt
         * @description A version, and when it came to be.
         */
        readonly VersionAt: {
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
        };
        /**
         * Visibility
         * @description Who may read a draft: its members, everyone of its workspace, or anyone.
         * @enum {string}
         */
        readonly Visibility: "private" | "workspace" | "public";
        /**
         * VisibilityChanged
         * @description Others may read it.
         */
        readonly VisibilityChanged: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "visibility_changed";
            /** @description A place in the history of one draft: 1, 2, 3 … */
            readonly version: number;
            /** @description A place in the log, for `OneRing-Min-Position`; opaque. */
            readonly position: string;
            /** Format: uuid */
            readonly event_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, in UTC with microseconds.
             */
            readonly at: string;
            readonly actor: components["schemas"]["Doer"];
            /** Format: uuid */
            readonly command_id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly draft_id: string;
            /** @description Null once the person behind it was erased. */
            readonly data: components["schemas"]["VisibilityChangedData"] | null;
        };
        /**
         * VisibilityChangedData
         * @description Others may read it.
         */
        readonly VisibilityChangedData: {
            /** Format: date-time */
            readonly decided_at?: string;
            readonly visibility: components["schemas"]["Visibility"];
        };
        /** @description Take an own segment out of the draft while holding the ring; its text stays in history. */
        readonly WithdrawSegment: {
            /** Format: uuid */
            readonly draft_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly type: "withdraw-segment";
            /** Format: uuid */
            readonly segment_id: string;
            /** @description As the header `Idempotency-Key`. */
            readonly idempotency_key?: string | null;
            /** @description As the header `If-Match`, a number here. */
            readonly expected_version?: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly submit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Command"] | readonly components["schemas"]["Command"][];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CommandAnswer"];
                };
            };
        };
    };
    readonly drafts: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                readonly status?: components["schemas"]["Status"];
                readonly role?: components["schemas"]["Role"];
                readonly visibility?: components["schemas"]["Visibility"];
                readonly scope?: "mine" | "workspace" | "public";
                readonly holding?: boolean;
                readonly q?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftList"];
                };
            };
        };
    };
    readonly "create-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly title: string;
                    /** @default  */
                    readonly description?: string;
                    /** @default null */
                    readonly platform?: components["schemas"]["Platform"] | null;
                    /** @default null */
                    readonly visibility?: components["schemas"]["Visibility"] | null;
                    /** @default null */
                    readonly initial_segment?: string | null;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly draft: {
        readonly parameters: {
            readonly query?: {
                readonly at?: number | string;
                readonly now?: string;
                readonly segments_after?: number;
                readonly limit?: number;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"];
                };
            };
        };
    };
    readonly "archive-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "edit-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly title?: string;
                    readonly description?: string;
                    readonly platform?: components["schemas"]["Platform"] | null;
                    readonly visibility?: components["schemas"]["Visibility"];
                    readonly turn_limit_hours?: number;
                    readonly target_publish_at?: string | null;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "lock-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "unlock-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "complete-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "archive-draft-2": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "reopen-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "add-segment": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly content: string;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "withdraw-segment": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly segment_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "amend-segment": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly segment_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly content: string;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "pass-ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly to_user_id: string;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "pass-ring-smart": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @default most_inactive */
                    readonly strategy?: components["schemas"]["Strategy"];
                    /** @default false */
                    readonly allow_ai?: boolean;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SmartPass"];
                };
            };
        };
    };
    readonly "reclaim-ring": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "nudge-holder": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "add-collaborator": {
        readonly parameters: {
            readonly query?: {
                readonly collaborator_id?: string;
                readonly role?: components["schemas"]["GrantedRole"];
            };
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly collaborator_id?: string;
                    /** @default contributor */
                    readonly role?: components["schemas"]["GrantedRole"];
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "remove-collaborator": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly collaborator_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "change-role": {
        readonly parameters: {
            readonly query?: {
                readonly role?: components["schemas"]["GrantedRole"];
            };
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly collaborator_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly role?: components["schemas"]["GrantedRole"];
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly "transfer-ownership": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly to_user_id: string;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DraftAnswer"] | components["schemas"]["OutcomeAnswer"];
                };
            };
        };
    };
    readonly listed: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InviteList"];
                };
            };
        };
    };
    readonly "create-invite": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default null */
                    readonly target_user_id?: string | null;
                    /** @default null */
                    readonly target_handle?: string | null;
                    /** @default contributor */
                    readonly role?: components["schemas"]["GrantedRole"];
                    /** @default 72 */
                    readonly expires_in_hours?: number;
                    /** @default null */
                    readonly message?: string | null;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                } & ({
                    readonly target_user_id: string;
                } | {
                    readonly target_handle: string;
                });
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewInviteAnswer"];
                };
            };
        };
    };
    readonly invitation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly invite_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InvitationAnswer"];
                };
            };
        };
    };
    readonly "accept-invite": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly invite_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly token: string;
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InviteAnswer"];
                };
            };
        };
    };
    readonly "revoke-invite": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly invite_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InviteAnswer"];
                };
            };
        };
    };
    readonly "decline-invite": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
                /** @description `return=minimal` answers with the bare outcome (RFC 7240). */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly invite_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description As the header `Idempotency-Key`. */
                    readonly idempotency_key?: string | null;
                    /** @description As the header `If-Match`, a number here. */
                    readonly expected_version?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InviteAnswer"];
                };
            };
        };
    };
    readonly me: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MeAnswer"];
                };
            };
        };
    };
    readonly change_me: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a retry safe: the same key with the same content gives the first outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description The version that the command is meant for, as its `ETag`; `*` for any. */
                readonly "If-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["MeRequest"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MeAnswer"];
                };
            };
        };
    };
    readonly events: {
        readonly parameters: {
            readonly query?: {
                readonly after?: string;
                readonly limit?: number;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
                /** @description Goes on with a stream after this id of an event of it. */
                readonly "Last-Event-ID"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventList"];
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly timeline: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly asc?: boolean;
                readonly cursor?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelineAnswer"];
                };
            };
        };
    };
    readonly attribution: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AttributionAnswer"];
                };
            };
        };
    };
    readonly summary: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SummaryAnswer"];
                };
            };
        };
    };
    readonly contributors: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContributorsAnswer"];
                };
            };
        };
    };
    readonly ring: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RingAnswer"];
                };
            };
        };
    };
    readonly daily: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
                readonly days?: number;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DailyAnswer"];
                };
            };
        };
    };
    readonly insights: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InsightsAnswer"];
                };
            };
        };
    };
    readonly leaderboard: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
                readonly metric?: components["schemas"]["Metric"];
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LeaderboardAnswer"];
                };
            };
        };
    };
    readonly diff: {
        readonly parameters: {
            readonly query: {
                readonly from: number | string;
                readonly to?: number | string;
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DiffAnswer"];
                };
            };
        };
    };
    readonly share_card: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ShareCardAnswer"];
                };
            };
        };
    };
    readonly share_card_picture: {
        readonly parameters: {
            readonly query?: {
                readonly now?: string;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "image/svg+xml; charset=utf-8": string;
                };
            };
        };
    };
    readonly export: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ExportRequest"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExportAnswer"];
                };
            };
        };
    };
    readonly audit: {
        readonly parameters: {
            readonly query?: {
                readonly actor?: string;
                readonly draft_id?: string;
                readonly type?: string;
                readonly from?: string;
                readonly to?: string;
                readonly after?: string;
                readonly limit?: number;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditPage"];
                    readonly "application/x-ndjson": unknown;
                    readonly "text/csv": string;
                };
            };
        };
    };
    readonly event_proof: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly segment_proof: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly draft_id: string;
                readonly segment_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly audited_proof: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path: {
                readonly position: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly checkpoint: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly keys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly consistency: {
        readonly parameters: {
            readonly query: {
                readonly from: number;
                readonly to?: number;
            };
            readonly header?: {
                /** @description Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's. */
                readonly "OneRing-Min-Position"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConsistencyAnswer"];
                };
            };
        };
    };
    readonly entries: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": unknown;
                };
            };
        };
    };
    readonly tile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly level: number;
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": unknown;
                };
            };
        };
    };
    readonly config: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConfigAnswer"];
                };
            };
        };
    };
    readonly token: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TokenRequest"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TokenAnswer"];
                };
            };
        };
    };
    readonly healthz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    readonly metrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
        };
    };
    readonly readyz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    readonly openapi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": unknown;
                };
            };
        };
    };
    readonly asyncapi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": unknown;
                };
            };
        };
    };
    readonly page: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html; charset=utf-8": string;
                };
            };
        };
    };
    readonly file: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly file: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
}
