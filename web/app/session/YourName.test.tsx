import type { Me } from "@onering/client";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { text } from "../strings.ts";
import { refused, service } from "../testing/service.ts";
import { showToAlice } from "../testing/speaking.tsx";
import YourName from "./YourName.tsx";

const words = text.session.name;
const me: Me = {
  user_id: "alice",
  workspace_id: "w",
  created_at: "2026-11-26T00:00:00.000000Z",
  display: "Alice",
  display_name: "Alice",
  handle: null,
  plan: "free",
  enforced: true,
  usage: {
    drafts: { used: 4, limit: 10 },
    segments_today: { used: 5, limit: null, resets_at: "2026-11-27T00:00:00.000000Z" },
    collaborators_per_draft: { limit: 3 },
  },
};
const enter = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const save = () => fireEvent.click(screen.getByRole("button", { name: words.save }));

test("a name and a handle are sent as they are meant: without the sign before it, and nothing for none", async () => {
  const { asked } = service({ "PATCH /v1/me": () => ({ data: me }) });
  const onClose = vi.fn();
  const { refreshMe } = showToAlice(<YourName onClose={onClose} />, { me });
  enter(words.displayName, "  ");
  enter(words.handle, "@alice_w");
  save();
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(asked[0]?.body).toEqual({ display_name: null, handle: "alice_w" });
  expect(refreshMe).toHaveBeenCalled();
});

test("a handle that somebody else has is said at the field", async () => {
  service({ "PATCH /v1/me": () => refused(409, "conflict", "Somebody else has this handle; choose another one.") });
  showToAlice(<YourName onClose={() => {}} />, { me });
  enter(words.handle, "bob");
  save();
  await screen.findByText(/Somebody else has this handle/);
  expect(screen.getByLabelText(words.handle).getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(screen.getByLabelText(words.handle));
});

test("what was used of the plan is told, with its limit where there is one", () => {
  showToAlice(<YourName onClose={() => {}} />, { me });
  screen.getByText(text.session.usage.of("4", "10"));
  screen.getByText(text.session.usage.ofNoLimit("5"));
});
