"""The story that every example of the contract is taken from: Alice and Bob write about a walk."""

from typing import Any

DRAFT_ID = "6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52"
SEGMENT_ID = "0d9a4c9e-6f3a-5b8e-8a57-2f6f0c9b1e11"
INVITE_ID = "b1f0a7c2-94d3-5c5e-8f0a-5d8f6a2c3b44"
EVENT_ID = "51b6d7d0-3c55-5a0e-9a65-0c1f7a7c2e90"
COMMAND_ID = "c0a5b2f1-7d44-5e6b-8b1d-9e0f1a2b3c4d"
WORKSPACE_ID = "3f5ac1d6-0b0e-5f7a-8d3c-6a7b8c9d0e1f"
MORNING = "2026-11-25T06:00:00.000000Z"
NOON = "2026-11-25T12:00:00.000000Z"
REQUEST_ID = "5b7c0d2e9f1a4c680000000000000007"
ALICE, BOB = "alice", "bob"
ALICE_DISPLAY, BOB_DISPLAY = "@u_ecc9e8", "@u_29920a"

SEGMENT: dict[str, Any] = {
    "segment_id": SEGMENT_ID,
    "draft_id": DRAFT_ID,
    "user_id": ALICE,
    "content": "We left at dawn.",
    "created_at": MORNING,
    "segment_order": 0,
    "author_user_id": ALICE,
    "author_display": ALICE_DISPLAY,
    "ring_holder_user_id_at_write": ALICE,
    "ring_holder_display_at_write": ALICE_DISPLAY,
    "idempotency_key": None,
}

DRAFT: dict[str, Any] = {
    "draft_id": DRAFT_ID,
    "workspace_id": WORKSPACE_ID,
    "creator_id": ALICE,
    "title": "A walk",
    "description": "",
    "platform": "blog",
    "status": "active",
    "visibility": "private",
    "version": 4,
    "segments": [SEGMENT],
    "ring_state": {
        "draft_id": DRAFT_ID,
        "current_holder_id": BOB,
        "holders_history": [ALICE, BOB],
        "passed_at": NOON,
        "last_passed_at": NOON,
        "deadline_at": "2026-11-26T12:00:00.000000Z",
        "idempotency_key": None,
    },
    "collaborators": [BOB],
    "members": [
        {"user_id": ALICE, "display": ALICE_DISPLAY, "role": "owner", "joined_at": MORNING},
        {"user_id": BOB, "display": BOB_DISPLAY, "role": "contributor", "joined_at": NOON},
    ],
    "pending_invites": [],
    "created_at": MORNING,
    "updated_at": NOON,
    "target_publish_at": None,
    "metrics": {
        "contributorsCount": 1,
        "ringPassesLast24h": 1,
        "avgMinutesBetweenPasses": 360.0,
        "lastActivityAt": NOON,
    },
}

ME: dict[str, Any] = {
    "user_id": ALICE,
    "display": "Alice W.",
    "display_name": "Alice W.",
    "handle": "alice",
    "plan": "free",
    "created_at": MORNING,
    "workspace_id": WORKSPACE_ID,
    "usage": {
        "drafts": {"used": 1, "limit": 10},
        "segments_today": {"used": 1, "limit": 20, "resets_at": "2026-11-26T00:00:00.000000Z"},
        "collaborators_per_draft": {"limit": 3},
    },
    "enforced": False,
}

OUTCOME: dict[str, Any] = {"draft_id": DRAFT_ID, "version": 4, "position": "0.5"}

EVENT: dict[str, Any] = {
    "type": "ring_passed",
    "draft_id": DRAFT_ID,
    "version": 4,
    "position": "0.5",
    "event_id": EVENT_ID,
    "at": NOON,
    "actor": {"id": ALICE},
    "command_id": COMMAND_ID,
    "idempotency_key": "over-to-bob",
    "data": {"from_user_id": ALICE, "to_user_id": BOB},
}

# What each command may be sent with, beside what the path says.
COMMANDS: dict[str, dict[str, Any]] = {
    "create-draft": {"title": "A walk", "platform": "blog", "initial_segment": "We left at dawn."},
    "add-segment": {"content": "It rained."},
    "amend-segment": {"content": "We left before dawn."},
    "withdraw-segment": {},
    "pass-ring": {"to_user_id": BOB},
    "pass-ring-smart": {"strategy": "most_inactive"},
    "reclaim-ring": {},
    "nudge-holder": {},
    "add-collaborator": {"collaborator_id": BOB, "role": "contributor"},
    "change-role": {"role": "viewer"},
    "remove-collaborator": {"collaborator_id": BOB},
    "transfer-ownership": {"to_user_id": BOB},
    "edit-draft": {"title": "A long walk", "turn_limit_hours": 48, "target_publish_at": "2026-12-24T18:00:00Z"},
    "lock-draft": {},
    "unlock-draft": {},
    "complete-draft": {},
    "reopen-draft": {},
    "archive-draft": {},
    "create-invite": {"target_user_id": BOB, "message": "Come and write with us."},
    "accept-invite": {"token": "7d" * 29 + "9e03d1"},
    "revoke-invite": {},
    "decline-invite": {},
}
