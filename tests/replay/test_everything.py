"""A log in which every command was carried out by the service: clean, printed, shown, exported and built again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from onering.domain.commands import (
    AcceptInvite,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    CreateInvite,
    DeclineInvite,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRingSmart,
    ReclaimRing,
    ReopenDraft,
    RevokeInvite,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.subjects import InviteTokens
from onering.users import Users
from projections.rebuild import prepare
from tests.node import INVITE_SECRET, node, person
from tests.replay.conftest import Run, execute, fetch

EDITS = {
    "title": "A run",
    "description": "Fast",
    "platform": "x",
    "visibility": "public",
    "turn_limit_hours": 1,
    "target_publish_at": "2027-01-01T00:00:00Z",
}


async def tell(dsn: str) -> None:
    """Let alice, bob and carol do everything there is to one draft, and to invites to it."""
    await prepare(Database(dsn), LANE)
    tokens = InviteTokens(INVITE_SECRET)
    async with node(dsn) as one:
        for name in ("alice", "bob", "carol"):
            await Users(one.pool, one.batcher).register(person(name))
        draft = (await one.create(initial_segment="We left at dawn.", key="k")).draft_id
        for name, model, who in (
            ("bob", AcceptInvite, "bob"),
            ("carol", DeclineInvite, "carol"),
            ("dan", RevokeInvite, "alice"),
        ):
            made = await one.ask(CreateInvite, draft, target_user_id=name, message="Come")
            invite = made.events[0].stream_id
            token = {"token": tokens.token(invite)} if model is AcceptInvite else {}
            await one.ask(model, invite, who, **token)
        await one.let_in(draft, "carol")
        written = [(await one.add(draft)).events[0] for _ in range(2)]
        ids = [json.loads(event.payload or "")["data"]["segment_id"] for event in written]
        await one.ask(AmendSegment, draft, segment_id=ids[0], content="Or so")
        await one.ask(WithdrawSegment, draft, segment_id=ids[1])
        await one.ask(PassRingSmart, draft, strategy="round_robin")
        await one.ask(NudgeHolder, draft, "carol")
        await one.ask(EditDraft, draft, **EDITS)
        for move in (LockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ArchiveDraft, ReopenDraft):
            await one.ask(move, draft)
        await one.ask(ReclaimRing, draft, "bob")
        await one.ask(ChangeRole, draft, collaborator_id="bob", role="viewer")
        await one.ask(TransferOwnership, draft, to_user_id="carol")
        await one.take_out(draft, "alice", "alice")
    await prepare(Database(dsn), LANE)


@pytest.fixture
def told(app_dsn: str, admin_dsn: str) -> str:
    asyncio.run(tell(app_dsn))
    return admin_dsn


def test_everything_is_clean_and_can_be_read_from_the_database_and_from_a_file(
    run: Run, told: str, tmp_path: Path
) -> None:
    types = {type for (type,) in fetch(told, "SELECT DISTINCT type FROM onering.events")}
    assert types == {"user_registered", *EVENT_TYPES, *INVITE_EVENT_TYPES}
    path = tmp_path / "log.ndjson"
    assert run("export", "--database-url", told, "--out", path)[0] == 0
    code, out, _ = run("diff", "--database-url", told)
    assert code == 0, out
    (draft, head), *_ = fetch(told, "SELECT stream_id::text, version FROM onering.streams WHERE stream_type = 'draft'")
    answers = []
    for place in (("--database-url", told), ("--file", path)):
        code, out, _ = run("check", *place)
        assert code == 0, out
        _, printed, _ = run("print", *place)
        for words in ("invite_accepted", "invite_created", "draft_archived", "role='viewer'", "message='Come'"):
            assert words in printed
        assert "decided_at" not in printed
        states = [run("state", draft, "--json", "--at", version, *place) for version in range(1, head + 1)]
        assert {code for code, _, _ in states} == {0}
        answers.append((printed, [out for _, out, _ in states]))
    assert answers[0] == answers[1]
    last: dict[str, Any] = json.loads(answers[0][1][-1])
    assert [(member["user_id"], member["role"]) for member in last["members"]] == [
        ("bob", "viewer"),
        ("carol", "owner"),
    ]
    assert [segment["content"] for segment in last["segments"]] == ["We left at dawn.", "Or so"]
    assert (last["title"], last["status"], last["ring_state"]["current_holder_id"]) == ("A run", "active", "carol")
    invite = fetch(told, "SELECT stream_id::text FROM onering.streams WHERE stream_type = 'invite'")[0][0]
    code, _, err = run("state", invite, "--database-url", told)
    assert (code, "is no draft" in err) == (1, True)


@pytest.mark.parametrize(
    ("type", "change"),
    [
        ("segment_amended", "subject = 'carol'"),
        ("invite_accepted", "payload = replace(payload, 'contributor', 'viewer')"),
        ("holder_nudged", "payload = replace(payload, '\"carol\"', '\"dan\"')"),
    ],
)
def test_a_change_of_any_of_it_is_found(run: Run, told: str, type: str, change: str) -> None:
    execute(told, "ALTER TABLE onering.events DISABLE TRIGGER ALL")
    execute(told, f"UPDATE onering.events SET {change} WHERE type = '{type}'")
    code, out, _ = run("check", "--database-url", told)
    assert (code, "legal" in out or "actor" in out) == (1, True)
