"""A draft on the wire: contract.md's Draft, key by key, and the figures and names in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any
from uuid import UUID

import pytest

from onering.domain.state import DraftState, may_read
from onering.domain.values import Role, Status, Visibility
from projections.document import DraftDocument, Hold, Member, Segment
from projections.people import default_name, display_names
from projections.rendering import deadline_at, draft_metrics, people_of, render_draft

START = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
DRAFT, WORKSPACE, SEGMENT = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {"alice": "Alice", "bob": "@u_29920a", "carol": "Carol"}


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def document(**changes: Any) -> DraftDocument:
    """A draft of alice's in which bob wrote after carol, who has left, held the ring."""
    made = DraftDocument(
        lane=0,
        draft_id=DRAFT,
        workspace_id=WORKSPACE,
        creator_id="alice",
        owner_id="alice",
        title="A walk",
        description="Slow",
        platform="blog",
        status="active",
        visibility="public",
        version=7,
        position=70,
        holder_id="bob",
        passed_at=after(90),
        last_segment_at=after(100),
        turn_limit_hours=24,
        segment_count=1,
        created_at=START,
        updated_at=after(100),
        target_publish_at=None,
        segments=(Segment(0, SEGMENT, "bob", "And then", after(100), "bob"),),
        holds=(Hold(1, "alice", START), Hold(3, "carol", after(30)), Hold(5, "bob", after(90))),
        members=(Member("alice", "owner", START), Member("bob", "contributor", after(10))),
        authors=("bob",),
    )
    return replace(made, **changes)


def test_it_has_every_key_of_the_contract() -> None:
    assert render_draft(document(), NAMES, pending_invites=["i"]) == {
        "draft_id": str(DRAFT),
        "workspace_id": str(WORKSPACE),
        "creator_id": "alice",
        "title": "A walk",
        "description": "Slow",
        "platform": "blog",
        "status": "active",
        "visibility": "public",
        "version": 7,
        "segments": [
            {
                "segment_id": str(SEGMENT),
                "draft_id": str(DRAFT),
                "user_id": "bob",
                "content": "And then",
                "created_at": "2026-01-02T04:40:00.000000Z",
                "segment_order": 0,
                "author_user_id": "bob",
                "author_display": "@u_29920a",
                "ring_holder_user_id_at_write": "bob",
                "ring_holder_display_at_write": "@u_29920a",
                "idempotency_key": None,
            }
        ],
        "ring_state": {
            "draft_id": str(DRAFT),
            "current_holder_id": "bob",
            "holders_history": ["alice", "carol", "bob"],
            "passed_at": "2026-01-02T04:30:00.000000Z",
            "last_passed_at": "2026-01-02T04:30:00.000000Z",
            "deadline_at": "2026-01-03T04:40:00.000000Z",
            "idempotency_key": None,
        },
        "collaborators": ["bob"],
        "members": [
            {"user_id": "alice", "display": "Alice", "role": "owner", "joined_at": "2026-01-02T03:00:00.000000Z"},
            {
                "user_id": "bob",
                "display": "@u_29920a",
                "role": "contributor",
                "joined_at": "2026-01-02T03:10:00.000000Z",
            },
        ],
        "pending_invites": ["i"],
        "created_at": "2026-01-02T03:00:00.000000Z",
        "updated_at": "2026-01-02T04:40:00.000000Z",
        "target_publish_at": None,
        "metrics": None,
    }


def test_what_was_not_set_is_null_or_empty() -> None:
    rendered = render_draft(document(platform=None, description="", segments=()), NAMES)
    assert (rendered["platform"], rendered["description"], rendered["segments"]) == (None, "", [])
    assert rendered["pending_invites"] == []
    planned = render_draft(document(target_publish_at=after(0)), NAMES)
    assert planned["target_publish_at"] == "2026-01-02T03:00:00.000000Z"


def test_names_are_needed_of_members_authors_and_holders_at_write() -> None:
    written = Segment(0, SEGMENT, "dan", "x", START, "erin")
    assert people_of(document(segments=(written,))) == {"alice", "bob", "dan", "erin"}
    assert people_of() == set()


class TestMetrics:
    def test_they_are_computed_as_of_now(self) -> None:
        assert render_draft(document(), NAMES, now=after(120))["metrics"] == {
            "contributorsCount": 2,
            "ringPassesLast24h": 2,
            "avgMinutesBetweenPasses": 45.0,
            "lastActivityAt": "2026-01-02T04:40:00.000000Z",
        }

    def test_a_draft_without_a_pass_has_no_average(self) -> None:
        alone = document(holds=(Hold(1, "alice", START),), authors=())
        metrics = draft_metrics(alone, after(1))
        assert metrics["avgMinutesBetweenPasses"] is None
        assert (metrics["contributorsCount"], metrics["ringPassesLast24h"]) == (1, 0)

    def test_the_creator_counts_once_and_members_who_never_wrote_do_not(self) -> None:
        assert draft_metrics(document(authors=("alice", "bob")), START)["contributorsCount"] == 2

    @pytest.mark.parametrize(("minutes", "passes"), [(29, 0), (30, 1), (90, 2), (30 + 1440, 1), (90 + 1440, 0)])
    def test_a_pass_counts_for_a_day(self, minutes: int, passes: int) -> None:
        assert draft_metrics(document(), after(minutes))["ringPassesLast24h"] == passes

    def test_the_average_has_one_decimal(self) -> None:
        holds = (Hold(1, "alice", START), Hold(2, "bob", after(1)), Hold(3, "bob", after(2)), Hold(4, "bob", after(10)))
        assert draft_metrics(document(holds=holds), START)["avgMinutesBetweenPasses"] == 3.3


class TestDeadline:
    def test_it_counts_from_the_holders_last_segment(self) -> None:
        assert deadline_at(document()) == after(100) + timedelta(hours=24)

    def test_before_the_holder_writes_it_counts_from_the_pass(self) -> None:
        assert deadline_at(document(last_segment_at=None, turn_limit_hours=1)) == after(150)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.ARCHIVED])
    def test_a_finished_draft_has_none(self, status: Status) -> None:
        assert deadline_at(document(status=status)) is None
        assert render_draft(document(status=status), NAMES)["ring_state"]["deadline_at"] is None

    def test_a_locked_draft_keeps_it(self) -> None:
        assert deadline_at(document(status=Status.LOCKED)) is not None


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("reader", ["alice", "bob", "eve", None])
@pytest.mark.parametrize("workspace", [WORKSPACE, UUID(int=9), None])
def test_who_may_read_a_document_is_who_may_read_the_draft(
    visibility: Visibility, reader: str | None, workspace: UUID | None
) -> None:
    members = {"alice": Role.OWNER, "bob": Role.CONTRIBUTOR}
    state = DraftState(DRAFT, WORKSPACE, owner_id="alice", visibility=visibility, members=members)
    read = document(visibility=visibility)
    assert read.readable_by(reader, workspace) == may_read(state, reader, workspace)
    assert read.role_of(reader) == state.role_of(reader)


class TestNames:
    def test_somebody_without_a_name_has_one_of_their_user_id(self) -> None:
        assert default_name("bob") == "@u_" + sha1(b"bob").hexdigest()[-6:] == "@u_29920a"
        assert default_name("ü") == "@u_" + sha1("ü".encode()).hexdigest()[-6:]

    async def test_a_chosen_name_is_shown(self, conn: Any) -> None:
        await conn.execute("""
            INSERT INTO onering.app_users (issuer, subject, user_id, display_name)
            VALUES ('test', 'alice', 'alice', 'Alice'), ('test', 'bob', 'bob', NULL), ('test', 'eve', 'eve', '')""")
        assert await display_names(conn, ["alice", "bob", "eve", "stranger", "alice"]) == {
            "alice": "Alice",
            "bob": default_name("bob"),
            "eve": default_name("eve"),
            "stranger": default_name("stranger"),
        }

    async def test_nobody_needs_no_query(self, conn: Any) -> None:
        conn.terminate()
        assert await display_names(conn, []) == {}
