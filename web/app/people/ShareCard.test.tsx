import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { DRAFT, FakeService, problem, show } from "./given.tsx";
import { ShareCard } from "./ShareCard.tsx";

const PATH = `GET /v1/collab/drafts/${DRAFT}/share-card.svg`;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>50 % #1 "é"</text></svg>';
const drawn = () => new Response(SVG, { headers: { "Content-Type": "image/svg+xml" } });
afterEach(cleanup);

test("the card of a private draft is asked for as somebody, and shown and downloaded as it came", async () => {
  const service = new FakeService().on(PATH, drawn);
  show(<ShareCard draftId={DRAFT} title="A walk" />, { me: "alice", service });
  const picture = await screen.findByRole<HTMLImageElement>("img", { name: /“A walk”/ });
  expect(service.heard[0]?.headers.get("Authorization")).toBe("Bearer token of alice");
  const link = screen.getByRole<HTMLAnchorElement>("link", { name: "Download this card" });
  for (const address of [picture.src, link.href]) {
    const [head, ...data] = address.split(",");
    expect(head).toBe("data:image/svg+xml;charset=utf-8");
    expect(decodeURIComponent(data.join(","))).toBe(SVG);
  }
  expect(link.download).toBe("A walk.svg");
});

test("where there is none just now, it can be tried again", async () => {
  const service = new FakeService().on(PATH, () => problem(503, "unavailable", "Try again."));
  show(<ShareCard draftId={DRAFT} title="A walk" />, { me: "alice", service });
  await screen.findByRole("alert");
  service.on(PATH, drawn);
  fireEvent.click(screen.getByRole("button"));
  await screen.findByRole("img");
});
