import { useDraft, useGet } from "@onering/client/react";
import { useEffect } from "react";
import { onInvitesChanged } from "./inviteNews.ts";

const NEWEST = 200;

/** The invitations of a draft that wait for an answer, newest first. They are told to members alone. */
export function usePendingInvites(draftId: string, member: boolean) {
  const { onEvent } = useDraft(draftId);
  const options = member ? { path: { draft_id: draftId }, query: { limit: NEWEST } } : null;
  const { data, loading, error, refresh } = useGet("/v1/collab/drafts/{draft_id}/invites", options);

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

  return {
    pending: data?.data.filter((invite) => invite.status === "pending") ?? null,
    more: (data?.next_cursor ?? null) !== null,
    loading,
    error,
    refresh,
  };
}
