import { developmentTokens, LiveDraft, OneRing } from "@onering/client";

const url = "http://127.0.0.1:8000";
const ring = new OneRing({ baseUrl: url, tokens: developmentTokens("alice", url) });

const mine = await ring.drafts({ holding: true });
const draftId = mine.data[0]?.draft_id ?? (await ring.send({ type: "create-draft", title: "A walk" })).draft_id;
await ring.send({ type: "add-segment", draft_id: draftId, content: "We left at dawn." });

const live = new LiveDraft({ client: ring, draftId });
live.onEvent(({ type, actor }, draft) => console.log(`${actor.id}: ${type}, ${draft.segments.length} segments`));
live.start();
