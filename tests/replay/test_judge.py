"""Every event is legal, or it is found; what was erased or is not understood is never silently fine."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onering.domain.commands import (
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRingSmart,
    ReclaimRing,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
)
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)
from onering.domain.ids import derived
from onering.domain.values import GrantedRole, Strategy, Visibility
from tests.replay.scribe import Scribe, looked_at, rules

PEOPLE = ("alice", "bob", "carol", "dan")
people = st.sampled_from(PEOPLE)
orders = st.integers(0, 4)
roles = st.sampled_from(GrantedRole)
EDITS: list[dict[str, Any]] = [
    {"title": "A run"},
    {"title": "A walk"},
    {"description": "Fast", "platform": "x"},
    {"platform": None, "visibility": "public", "turn_limit_hours": 1},
    {"target_publish_at": "2027-01-01T00:00:00Z", "visibility": "private", "turn_limit_hours": 24},
]
MOVES = (LockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ReopenDraft, ArchiveDraft)
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("add"), people),
        st.tuples(st.just("add"), st.just("holder")),
        st.tuples(st.just("amend"), st.just("holder"), orders, st.sampled_from(["So", "Or so"])),
        st.tuples(st.just("withdraw"), st.just("holder"), orders),
        st.tuples(st.just("hand"), st.just("holder"), people),
        st.tuples(st.just("smart"), st.just("holder"), st.sampled_from(Strategy)),
        st.tuples(st.just("reclaim"), people, st.integers(0, 49)),
        st.tuples(st.just("nudge"), people),
        st.tuples(st.just("let_in"), st.just("owner"), people, roles),
        st.tuples(st.just("change_role"), st.just("owner"), people, roles),
        st.tuples(st.just("take_out"), people, people),
        st.tuples(st.just("transfer"), st.just("owner"), people),
        st.tuples(st.just("edit"), st.just("owner"), st.sampled_from(EDITS)),
        st.tuples(st.just("move"), st.just("owner"), st.sampled_from(MOVES)),
        st.tuples(st.just("invite"), st.just("owner"), people, roles),
        st.tuples(st.just("accept"), people, orders),
        st.tuples(st.just("settle"), people, orders, st.booleans()),
    ),
    max_size=40,
)


def do(scribe: Scribe, draft: UUID, deeds: list[tuple[Any, ...]]) -> None:
    invites: list[UUID] = []
    for what, by, *more in deeds:
        state = scribe.states[draft]
        who = {"holder": state.holder_id, "owner": state.owner_id}.get(by, by)
        match what, more:
            case "invite", [name, role]:
                invites.append(scribe.invite(draft, name, who, role=role))
            case "accept" | "settle", [number, *revoked]:
                if invites:
                    answer(scribe, invites[number % len(invites)], who, revoked)
            case _:
                do_to_draft(scribe, draft, what, who, more)


def answer(scribe: Scribe, invite: UUID, who: str, revoked: list[bool]) -> None:
    match revoked:
        case []:
            scribe.accept(invite, who)
        case [True]:
            scribe.revoke(invite, who)
        case _:
            scribe.decline(invite, who)


def do_to_draft(scribe: Scribe, draft: UUID, what: str, who: str, more: list[Any]) -> None:
    match what, more:
        case "add", []:
            scribe.add(draft, who)
        case "amend", [order, content]:
            scribe.amend(draft, order, who, content)
        case "withdraw", [order]:
            scribe.withdraw(draft, order, who)
        case "hand", [to]:
            scribe.hand(draft, to, who)
        case "smart", [strategy]:
            scribe.do(PassRingSmart, draft, who, strategy=strategy)
        case "reclaim", [hours]:
            scribe.now += timedelta(hours=hours)
            scribe.do(ReclaimRing, draft, who)
        case "nudge", []:
            scribe.do(NudgeHolder, draft, who)
        case "let_in", [name, role]:
            scribe.let_in(draft, name, who, role)
        case "change_role", [name, role]:
            scribe.do(ChangeRole, draft, who, collaborator_id=name, role=role)
        case "take_out", [name]:
            scribe.take_out(draft, name, who)
        case "transfer", [to]:
            scribe.do(TransferOwnership, draft, who, to_user_id=to)
        case "edit", [fields]:
            scribe.do(EditDraft, draft, who, **fields)
        case "move", [model]:
            scribe.do(model, draft, who)


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.register("alice", "bob")
    return made


def story(scribe: Scribe) -> UUID:
    """Tell every kind of event: a draft of 2 events, bob in, the ring to bob, who writes and is taken out with it."""
    draft = scribe.create(initial_segment="We left at dawn.")  # 3, 4
    scribe.let_in(draft, "bob")  # 5
    scribe.hand(draft, "bob")  # 6
    scribe.add(draft, "bob")  # 7
    scribe.take_out(draft, "bob")  # 8, 9
    scribe.add(draft)  # 10
    return draft


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    registered=st.booleans(), visibility=st.sampled_from(Visibility), first=st.none() | st.just("x"), deeds=deeds,
    page=st.integers(1, 9),
)  # fmt: skip
def test_whatever_people_do_in_any_order_is_legal(
    registered: bool, visibility: Visibility, first: str | None, deeds: list[tuple[Any, ...]], page: int
) -> None:
    scribe = Scribe()
    scribe.register(*PEOPLE if registered else ())
    draft = scribe.create(visibility=visibility, initial_segment=first)
    scribe.let_in(draft, "bob")
    do(scribe, draft, deeds)
    judged = looked_at(scribe.records, page)
    assert (judged.findings, judged.notes) == ([], [])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(deeds=deeds, lost=st.sets(st.integers(5, 60)))
def test_whatever_was_erased_what_is_left_is_legal(deeds: list[tuple[Any, ...]], lost: set[int]) -> None:
    scribe = Scribe()
    scribe.register(*PEOPLE)
    draft = scribe.create()
    do(scribe, draft, deeds)
    gone = [position for position in lost if position <= len(scribe.records)]
    scribe.erase(*_whole_commands(scribe, gone))
    assert looked_at(scribe.records).findings == []


def _whole_commands(scribe: Scribe, positions: list[int]) -> list[int]:
    """A person is erased, so all events of a command are."""
    commands = {scribe.records[position - 1].event.command_id for position in positions}
    return [record.event.position for record in scribe.records if record.event.command_id in commands]


def test_the_same_draft_with_other_people_in_it_is_legal(scribe: Scribe) -> None:
    story(scribe)
    assert looked_at(scribe.records).findings == []
    assert [record.event.type for record in scribe.records[2:]] == [
        "draft_created", "segment_added", "collaborator_added", "ring_passed", "segment_added", "ring_passed",
        "collaborator_removed", "segment_added",
    ]  # fmt: skip


def segment(draft: UUID, author: str, order: int, content: str = "So") -> Event:
    return SegmentAdded(segment_id=draft, author_id=author, content=content, segment_order=order)


@pytest.mark.parametrize(
    ("event", "who", "said"),
    [
        (RingPassed(from_user_id="bob", to_user_id="bob"), "bob", "Only a member of the draft"),
        (RingPassed(from_user_id="alice", to_user_id="carol"), "alice", "carol is not one"),
        (CollaboratorAdded(user_id="bob", role=GrantedRole.VIEWER), "bob", "Only the owner"),
        (CollaboratorAdded(user_id="b b", role=GrantedRole.VIEWER), "alice", "white space"),
        (CollaboratorRemoved(user_id="alice"), "alice", "The owner cannot leave"),
        (CollaboratorRemoved(user_id="dan"), "alice", "gives no event"),
        (RingPassed(from_user_id="bob", to_user_id="alice"), "alice", "gives the from_user_id 'alice', not 'bob'"),
        (DraftCreated(creator_id="alice", title="T", visibility=Visibility.PUBLIC), "alice", "exists already"),
    ],
)
def test_an_event_that_the_rules_would_not_make_is_found_however_well_it_is_sealed(
    scribe: Scribe, event: Event, who: str, said: str
) -> None:
    draft = scribe.create(visibility=Visibility.PUBLIC)
    scribe.forge(draft, event, who)
    found = looked_at(scribe.records).findings
    assert (4, "legal") in rules(found)
    assert said in next(finding.text for finding in found if finding.rule == "legal")


@pytest.mark.parametrize(
    ("order", "author", "content", "said"),
    [
        (2, "alice", "So", "the segment_order 1, not 2"),
        (1, "bob", "So", "the author_id 'alice', not 'bob'"),
        (1, "alice", " ", "only white space"),
        (1, "alice", "So", "gives the segment_id"),
    ],
)
def test_a_segment_is_found_by_each_of_its_fields(
    scribe: Scribe, order: int, author: str, content: str, said: str
) -> None:
    draft = scribe.create(initial_segment="We left.")
    scribe.forge(draft, segment(draft, author, order, content))
    found = looked_at(scribe.records).findings
    assert [(finding.position, finding.rule) for finding in found] == [(5, "legal")]
    assert said in found[0].text


def test_a_command_with_an_event_less_or_more_is_found(scribe: Scribe) -> None:
    story(scribe)
    less = [*scribe.records[:3], *scribe.records[4:]]
    assert {"position", "version", "legal"} <= {rule for _, rule in rules(looked_at(less).findings)}
    holder_removed = looked_at([*scribe.records[:8], *scribe.records[9:]]).findings
    assert (8, "legal") in rules(holder_removed)


def test_a_command_that_was_stored_twice_is_found(scribe: Scribe) -> None:
    draft = story(scribe)
    last = scribe.records[-1].event
    segment_id = derived(last.command_id, "segment")
    again = SegmentAdded(segment_id=segment_id, author_id="alice", content="And then", segment_order=3)
    scribe.let_in(draft, "carol")
    scribe.forge(draft, again, command_id=last.command_id)
    assert (12, "command") in rules(looked_at(scribe.records).findings)


@pytest.mark.parametrize("column", ["event_id", "command_id", "stream_id"])
def test_an_identity_that_is_not_its_commands_is_found(scribe: Scribe, column: str) -> None:
    story(scribe)
    scribe.change(3, **{column: uuid4()})
    assert (3, "identity") in rules(looked_at(scribe.records).findings)


def test_somebody_elses_deed_is_found(scribe: Scribe) -> None:
    """Sealed anew in the name of another person, known or not."""
    story(scribe)
    for subject, rule in (("bob", "legal"), ("mallory", "actor")):
        scribe.change(10, subject=subject)
        assert (10, rule) in rules(looked_at(scribe.records).findings)


def test_one_name_is_one_persons(scribe: Scribe) -> None:
    scribe.create()
    scribe.change(3, issuer="https://elsewhere")
    assert rules(looked_at(scribe.records).findings) == [(3, "actor")]


@pytest.mark.parametrize(
    "change",
    [
        {"command_id": uuid4()},
        {"stream_id": uuid4()},
        {"workspace_id": uuid4()},
        {"subject": "bobby"},
        {"payload": "{}"},
        {"payload": '{"idempotency_key":null,"data":{"user_id":"bob","plan":"gold"}}'},
    ],
)
def test_a_registration_that_is_not_that_of_its_person_is_found(scribe: Scribe, change: dict[str, Any]) -> None:
    scribe.change(2, **change)
    assert 2 in [finding.position for finding in looked_at(scribe.records).findings]


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"idempotency_key":1,"data":{}}', '{"data":{}}'])
def test_a_payload_that_is_none_is_found(scribe: Scribe, payload: str) -> None:
    story(scribe)
    scribe.change(10, payload=payload)
    assert rules(looked_at(scribe.records).findings) == [(10, "payload")]


@pytest.mark.parametrize(
    ("columns", "notes", "unjudged"),
    [
        ({"type": "draft_sung"}, [(10, "not-understood")], 1),
        ({"schema_version": 2}, [(10, "not-understood")], 1),
        ({"stream_type": "invite", "stream_id": uuid4()}, [(10, "not-understood")], 0),
        ({"payload": '{"idempotency_key":"key 7","data":{"segment_order":"many"}}'}, [(10, "not-understood")], 1),
    ],
)
def test_what_a_newer_release_wrote_is_counted_and_what_follows_it_is_not_judged(
    scribe: Scribe, columns: dict[str, Any], notes: list[tuple[int, str]], unjudged: int
) -> None:
    draft = story(scribe)
    scribe.forge(draft, RingPassed(from_user_id="dan", to_user_id="dan"))
    scribe.change(10, **columns)
    judged = looked_at(scribe.records)
    assert rules(judged.notes) == notes
    assert (judged.counts.unknown, judged.counts.unjudged) == (1, unjudged)
    assert (11, "legal") not in rules(judged.findings) if unjudged else judged.findings


def test_a_field_that_this_release_does_not_know_is_counted(scribe: Scribe) -> None:
    story(scribe)
    event = scribe.records[9].event
    assert event.payload is not None
    scribe.change(10, payload=event.payload.replace('"segment_order"', '"mood":"good","segment_order"'))
    judged = looked_at(scribe.records)
    assert (judged.findings, rules(judged.notes)) == ([], [(10, "not-understood")])


def test_what_is_around_an_erased_event_is_still_judged(scribe: Scribe) -> None:
    draft = story(scribe)
    scribe.forge(draft, segment(draft, "bob", 3), "bob")
    for positions in ([3, 4], [7], [10]):
        scribe.erase(*positions)
        judged = looked_at(scribe.records)
        assert (11, "legal") in rules(judged.findings)
        assert judged.counts.unjudged == 0
    assert judged.counts.erased == 4


def test_what_an_erased_event_may_have_said_is_assumed_and_counted(scribe: Scribe) -> None:
    """The ring went to somebody, and then bob wrote."""
    story(scribe)
    scribe.erase(5, 6)
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.counts.erased) == ([], 2)
    assert judged.counts.assumed >= 1


def test_an_erased_event_of_somebody_who_may_not_is_found(scribe: Scribe) -> None:
    draft = story(scribe)
    scribe.forge(draft, segment(draft, "bob", 3), "bob")
    scribe.erase(11)
    assert rules(looked_at(scribe.records).findings) == [(11, "legal")]


def test_a_draft_of_somebody_without_a_name_left_is_not_judged(scribe: Scribe) -> None:
    nameless = Scribe()
    draft = nameless.create()
    nameless.add(draft)
    nameless.erase(1)
    judged = looked_at(nameless.records)
    assert (judged.findings, judged.counts.erased, judged.counts.unjudged) == ([], 1, 1)
