import type { Invite } from "@onering/client";
import { useDraft, useGet } from "@onering/client/react";
import { useEffect } from "react";
import { onInvitesChanged } from "./inviteNews.ts";

const NEWEST = 200;

/** The invitations of a draft that wait for an answer, newest first; for its members, nobody else is told. */
export function usePendingInvites(draftId: string) {
  const { draft, onEvent } = useDraft(draftId);
  const { data, error, refresh } = useGet("/v1/collab/drafts/{draft_id}/invites", {
    path: { draft_id: draftId },
    query: { limit: NEWEST },
  });

  useEffect(() => onInvitesChanged(draftId, refresh), [draftId, refresh]);
  // Invites are in no feed, but who came is, and perhaps by one of them.
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type === "collaborator_added") refresh();
      }),
    [onEvent, refresh],
  );
  useEffect(() => {
    const seen = () => document.visibilityState === "visible" && refresh();
    addEventListener("focus", seen);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("focus", seen);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [refresh]);

  // The feed is ahead of the list: whoever is seen to be in is not waited for.
  const members = new Set(draft?.members.map((member) => member.user_id));
  const waits = (invite: Invite) => invite.status === "pending" && !members.has(invite.target_user_id);
  return {
    pending: data?.data.filter(waits) ?? null,
    more: (data?.next_cursor ?? null) !== null,
    error,
    refresh,
  };
}
