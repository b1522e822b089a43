"""An invite, as its draft's members and its two people see it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Cursor, Id, Shape, Time, shown
from onering.domain.values import GrantedRole

INVITE: dict[str, Any] = {
    "invite_id": examples.INVITE_ID,
    "draft_id": examples.DRAFT_ID,
    "inviter_user_id": examples.ALICE,
    "inviter_display": examples.ALICE_DISPLAY,
    "target_user_id": examples.BOB,
    "target_display": examples.BOB_DISPLAY,
    "role": "contributor",
    "message": "Come and write with us.",
    "status": "pending",
    "token_hint": "9e03d1",
    "created_at": examples.MORNING,
    "expires_at": "2026-11-28T06:00:00.000000Z",
    "settled_at": None,
}
TITLED = {"draft_title": "A walk"}
TOKEN = "7d" * 29 + "9e03d1"
LINK = {"token": TOKEN, "share_url": f"https://example.com/invites/{examples.INVITE_ID}#token={TOKEN}"}


class Invite(Shape):
    """One person asked into one draft; `token_hint` is the end of its token, `settled_at` when it was answered."""

    model_config = shown(INVITE)

    invite_id: Id
    draft_id: Id
    inviter_user_id: str
    inviter_display: str
    target_user_id: str
    target_display: str
    role: GrantedRole
    message: str | None
    status: Literal["pending", "accepted", "revoked", "declined", "expired"]
    token_hint: str | None
    created_at: Time
    expires_at: Time
    settled_at: Time | None


class Invitation(Invite):
    """An invite as its two people and the members of its draft see it, so that one knows what one is asked into.

    `draft_title` is null for whoever may not read the draft, but for the target of an invite that stands.
    """

    model_config = shown(INVITE | TITLED)

    draft_title: str | None


class NewInvite(Invite):
    """An invite as whoever made it sees it in answer: with the link for the person, which nobody is shown again."""

    model_config = shown(INVITE | LINK)

    token: Annotated[str, Field(description="HMAC-SHA256 of the invite's id, 64 hex digits.")]
    share_url: str


class InviteAnswer(Shape):
    """An invite."""

    model_config = shown({"data": INVITE})

    data: Invite


class InvitationAnswer(Shape):
    """An invite, with the title of its draft."""

    model_config = shown({"data": INVITE | TITLED})

    data: Invitation


class NewInviteAnswer(Shape):
    """An invite that was just made."""

    model_config = shown({"data": INVITE | LINK})

    data: NewInvite


class InviteList(Shape):
    """A page of a draft's invites, newest first."""

    model_config = shown({"data": [INVITE], "count": 1, "next_cursor": None})

    data: list[Invite]
    count: Count
    next_cursor: Cursor
