// @vitest-environment node
import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { json, Script } from "../rest/service.ts";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const FIRST = readFileSync(new URL("first.ts", import.meta.url), "utf8");
const DRAFT = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52";
const OUTCOME = { draft_id: DRAFT, version: 2, position: "0.2", events: [], invite: null };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("the first example of the README is the one that is checked here", () => {
  expect(README).toContain(`\`\`\`ts\n${FIRST}\`\`\``);
});

it("the first example lists drafts, begins one, writes into it and follows it", async () => {
  const token = json({ data: { token: "alice's", user_id: "alice", expires_in: 3600 } });
  const none = { data: [], count: 0, next_cursor: null };
  const tokens = () => token.clone();
  const script = new Script(
    tokens,
    json(none),
    tokens,
    json({ data: OUTCOME }),
    tokens,
    json({ data: OUTCOME }),
    tokens,
  );
  const sockets: [string, string | string[] | undefined][] = [];
  vi.stubGlobal("fetch", script.fetch);
  vi.stubGlobal(
    "WebSocket",
    class extends EventTarget {
      constructor(url: string, protocols?: string | string[]) {
        super();
        sockets.push([url, protocols]);
      }
      close(): void {}
    },
  );
  vi.spyOn(console, "log").mockReturnValue();

  await import("./first.ts");
  await vi.waitFor(() => expect(sockets).toHaveLength(1));

  const asked = script.heard.filter(({ url }) => !url.endsWith("/v1/dev/token"));
  expect(asked.map(({ url }) => new URL(url).pathname)).toEqual(["/v1/collab/drafts", "/v1/commands", "/v1/commands"]);
  expect(asked.map(({ headers }) => headers.get("Authorization"))).toEqual(Array(3).fill("Bearer alice's"));
  expect(JSON.parse(asked[2]?.body ?? "")).toEqual({
    type: "add-segment",
    draft_id: DRAFT,
    content: "We left at dawn.",
  });
  expect(sockets[0]?.[0]).toBe(`ws://127.0.0.1:8000/v1/ws/drafts/${DRAFT}`);
});
