"""The history checker finds every broken promise, names it, and finds nothing in a history that kept them."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.soaking.history import Sent, violations
from scripts.soaking.logged import Draft, Log
from scripts.soaking.seen import LOST, Connection, Events, Frame, Live, Ping, Reader, Snapshot, Welcome, parse

EPOCH = "0123456789ab"
DRAFT = "walk"


def raw(version: int, type: str = "segment_added", **data: Any) -> bytes:
    """Return an event of alice's; its key is its version."""
    fields = {"type": type, "version": version, "actor": {"id": "alice"}, "idempotency_key": f"k{version}"}
    return json.dumps(fields | {"data": data}).encode()


def logged(segments: int, *, removal: bool = True, after: int = 1) -> list[bytes]:
    """Return a private draft that bob comes into at 2, and may be taken out of when there are so many segments."""
    events = [raw(1, "draft_created", creator_id="alice", visibility="private")]
    events.append(raw(2, "collaborator_added", user_id="bob"))
    events += [raw(version) for version in range(3, 3 + segments)]
    if removal:
        events.append(raw(len(events) + 1, "collaborator_removed", user_id="bob"))
        events += [raw(len(events) + n) for n in range(1, 1 + after)]
    return events


def pages(events: Sequence[bytes], *versions: int) -> str:
    page = ",".join(events[version - 1].decode() for version in versions)
    return f'{{"type":"events","events":[{page}]}}'


def frame(type: str, **fields: Any) -> str:
    return json.dumps({"type": type} | fields)


def welcome(start: int, head: int, mode: str = "events", epoch: str = EPOCH) -> str:
    return frame("welcome", **{"from": start}, head=head, epoch=epoch, mode=mode)


def connect(reader: Reader, process: str, *frames: str, code: int | None = None) -> None:
    reader.connected(process)
    for text in frames:
        assert reader.took(text)
    if code is not None:
        reader.closed(code)


STORED = logged(2)  # 5 takes bob out, and 6 is the head


@pytest.fixture
def alice() -> Reader:
    """She sees everything, over two processes."""
    reader = Reader("alice-1", "alice", DRAFT)
    first = [welcome(0, 2), pages(STORED, 1, 2), frame("live", version=2), frame("ping", head=2), pages(STORED, 3)]
    connect(reader, "a", *first, code=LOST)
    second = [welcome(3, 4), pages(STORED, 4), frame("live", version=4), pages(STORED, 5), pages(STORED, 6)]
    connect(reader, "b", *second, frame("ping", head=6))
    return reader


@pytest.fixture
def bob() -> Reader:
    """He begins with a snapshot and is taken out."""
    reader = Reader("bob-1", "bob", DRAFT, events=False)
    first = [welcome(2, 2, "snapshot"), frame("snapshot", version=2), frame("live", version=2), pages(STORED, 3, 4)]
    connect(reader, "b", *first, pages(STORED, 5), code=4403)
    return reader


SENT = [Sent("alice", DRAFT, "k3", 3), Sent("alice", DRAFT, "k6", 6), Sent("alice", DRAFT, "lost", None)]


def found(*readers: Reader, sent: Sequence[Sent] = (), stored: Sequence[bytes] = STORED) -> list[tuple[str, str, int]]:
    log = Log(EPOCH, {DRAFT: Draft(stored)})
    return [(v.promise, v.reader, v.version) for v in violations(log, readers, sent)]


def test_a_history_that_kept_every_promise_is_clean(alice: Reader, bob: Reader) -> None:
    assert found(alice, bob, sent=SENT) == []
    assert (alice.last, alice.query, bob.query) == (6, f"after=6&epoch={EPOCH}&mode=events", f"after=5&epoch={EPOCH}")


def test_p1_a_gap_a_repetition_and_a_disorder_on_one_connection_are_found(alice: Reader) -> None:
    frames = alice.connections[1].frames
    repeated, swapped, short = deepcopy(alice), deepcopy(alice), deepcopy(alice)
    repeated.connections[1].frames.insert(2, frames[1])
    swapped.connections[1].frames[3:5] = [frames[4], frames[3]]
    del short.connections[1].frames[3]
    where = "alice-1 on b"
    assert found(repeated) == [("P1", where, 4)]
    assert found(swapped)[:2] == [("P1", where, 6), ("P1", where, 5)]
    assert found(short)[0] == ("P1", where, 6)


def test_p1_what_is_no_beginning_or_never_live_is_found(alice: Reader) -> None:
    frames = alice.connections[1].frames
    headless, again, waiting = deepcopy(alice), deepcopy(alice), deepcopy(alice)
    del headless.connections[1].frames[0]
    again.connections[1].frames.insert(1, frames[0])
    del waiting.connections[1].frames[2]
    assert ("P1", "alice-1 on b", 0) in found(headless)
    assert found(again) == [("P1", "alice-1 on b", 3)]
    assert found(waiting) == [("P1", "alice-1 on b", 6)]


def test_p2_an_event_missed_between_two_connections_is_found(alice: Reader) -> None:
    skipping = deepcopy(alice)
    skipping.connections[1].after = 4
    skipping.connections[1].frames[:2] = [parse(welcome(4, 4))]
    assert found(skipping) == [("P2", "alice-1", 4)] * 2


def test_p2_an_end_that_was_never_seen_is_found(alice: Reader) -> None:
    del alice.connections[1].frames[4]
    assert ("P2", "alice-1", 6) in found(alice)


def test_p2_the_rule_of_a_client_is_to_connect_again_at_a_gap() -> None:
    reader = Reader("alice-1", "alice", DRAFT)
    connect(reader, "a", welcome(0, 2), pages(STORED, 1))
    assert not reader.took(pages(STORED, 3))
    assert reader.last == 1


def test_p3_other_bytes_for_an_event_are_found(alice: Reader, bob: Reader) -> None:
    page = bob.connections[0].frames[3]
    assert isinstance(page, Events)
    first, second = page.events
    bob.connections[0].frames[3] = Events((first, second._replace(raw=second.raw.replace(b": ", b":", 1))))
    assert found(alice, bob) == [("P3", "bob-1 on b", 4)]


def test_p3_an_event_that_is_not_in_the_log_is_found(alice: Reader) -> None:
    alice.took(pages([*STORED, raw(7)], 7))
    assert ("P3", "alice-1 on b", 7) in found(alice)


@pytest.mark.parametrize(
    "greeting",
    [welcome(3, 4, epoch="ba9876543210"), welcome(2, 4), welcome(4, 4), welcome(3, 4, "snapshot")],
    ids=["another log", "too early", "too late", "nothing but a snapshot"],
)
def test_p4_a_range_that_is_silently_another_one_is_found(alice: Reader, greeting: str) -> None:
    alice.connections[1].frames[0] = parse(greeting)
    assert ("P4", "alice-1 on b") in {(promise, who) for promise, who, _ in found(alice)}


def test_p4_a_snapshot_at_another_version_or_out_of_place_is_found(alice: Reader, bob: Reader) -> None:
    bob.connections[0].frames[1] = Snapshot(1)
    alice.connections[1].frames.append(Snapshot(6))
    assert found(alice, bob) == [("P4", "alice-1 on b", 3), ("P4", "bob-1 on b", 2)]


def test_p4_another_log_that_was_told_is_fine() -> None:
    told = Reader("alice-2", "alice", DRAFT)
    connect(told, "a", welcome(0, 9, epoch="before"), pages([raw(1), raw(2)], 1, 2), code=4005)
    connect(told, "a", welcome(0, 6), pages(STORED, *range(1, 7)), frame("live", version=6), frame("ping", head=6))
    assert found(told, sent=SENT) == []


def test_p4_a_snapshot_of_another_log_stands_for_what_came_before_it() -> None:
    reader = Reader("alice-2", "alice", DRAFT, events=False)
    connect(reader, "a", welcome(1, 9, "snapshot", "before"), frame("snapshot", version=1), code=4005)
    connect(reader, "a", welcome(4, 6, "snapshot"), frame("snapshot", version=4), pages(STORED, 5, 6))
    reader.took(frame("live", version=6))
    reader.took(frame("ping", head=6))
    assert found(reader, sent=SENT) == []


def test_p5_a_ping_that_hides_what_was_missed_is_found(alice: Reader) -> None:
    behind, silent, lying = deepcopy(alice), deepcopy(alice), deepcopy(alice)
    behind.connections[1].frames[-1] = Ping(5)
    del silent.connections[1].frames[-1]
    lying.connections[1].frames.insert(-1, Ping(7))
    assert found(behind) == [("P5", "alice-1 on b", 6)] * 2
    assert found(silent) == [("P5", "alice-1 on b", 6)]
    assert found(lying) == [("P5", "alice-1 on b", 6)] * 2


def test_p6_an_acknowledged_command_that_is_not_confirmed_once_is_found(alice: Reader) -> None:
    unknown = [Sent("alice", DRAFT, "k9", 4)]
    elsewhere = [Sent("alice", DRAFT, "k3", 4)]
    log = "alice, who sent it,"
    assert found(alice, sent=unknown) == [("P6", "alice-1", 4), ("P6", log, 4)]
    assert found(alice, sent=elsewhere) == [("P6", "alice-1", 4), ("P6", log, 4)]
    assert found(sent=elsewhere) == [("P6", log, 4)]


def test_p6_a_command_that_was_stored_twice_is_found_whether_acknowledged_or_not(alice: Reader) -> None:
    twice = STORED.copy()
    twice[3] = STORED[3].replace(b"k4", b"k3")
    alice.connections[1].frames[1] = parse(pages(twice, 4))
    assert found(alice, sent=[Sent("alice", DRAFT, "k3", None)], stored=twice) == [
        ("P6", "alice-1", 4),
        ("P6", "alice, who sent it,", 3),
    ]


def test_p6_what_a_snapshot_stands_for_needs_no_confirmation(bob: Reader) -> None:
    stored = [event.replace(b"alice", b"bob") if n == 2 else event for n, event in enumerate(STORED)]
    reader = Reader("bob-2", "bob", DRAFT, events=False)
    connect(reader, "a", welcome(2, 2, "snapshot"), frame("snapshot", version=2), code=LOST)
    connect(reader, "b", welcome(4, 4, "snapshot"), frame("snapshot", version=4), pages(stored, 5), code=4403)
    assert found(reader, sent=[Sent("bob", DRAFT, "k3", 3)], stored=stored) == []


@pytest.mark.parametrize(
    ("change", "version"),
    [
        (lambda bob: bob.took(pages(STORED, 6)), 6),
        (lambda bob: bob.took(frame("ping", head=6)), 6),
        (lambda bob: bob.closed(4001), 5),
        (lambda bob: setattr(bob.connections[0], "code", None), 5),
        (lambda bob: bob.connections[0].frames.pop(), 5),
        (lambda bob: connect(bob, "a", welcome(5, 6), code=1000), 6),
    ],
    ids=["more events", "a ping", "another code", "still there", "its last not sent", "back again"],
)
def test_p7_whatever_comes_after_access_ended_is_found(
    bob: Reader, change: Callable[[Reader], object], version: int
) -> None:
    change(bob)
    assert ("P7", version) in {(promise, at) for promise, _, at in found(bob)}


def test_p7_a_reader_who_is_sent_away_without_a_reason_is_found(alice: Reader) -> None:
    alice.closed(4403)
    assert found(alice) == [("P7", "alice-1 on b", 6)]


def test_p7_whoever_is_let_in_again_may_see_the_end_of_their_earlier_access() -> None:
    stored = [*STORED[:5], raw(6, "collaborator_added", user_id="bob"), raw(7)]
    bob = Reader("bob-2", "bob", DRAFT)
    connect(bob, "a", welcome(0, 4), pages(stored, 1, 2, 3, 4, 5), code=4403)
    connect(bob, "b", welcome(5, 6), pages(stored, 6, 7), frame("live", version=7), frame("ping", head=7))
    late = Reader("bob-3", "bob", DRAFT)
    connect(late, "a", welcome(0, 7), pages(stored, *range(1, 8)), frame("live", version=7), frame("ping", head=7))
    assert found(bob, late, stored=stored) == []


def test_what_has_not_settled_is_not_missed_yet(alice: Reader) -> None:
    del alice.connections[1].frames[2:]
    log = Log(EPOCH, {DRAFT: Draft(STORED)})
    assert violations(log, [alice], settled=False) == []
    assert {v.promise for v in violations(log, [alice])} == {"P1", "P2", "P5"}


def test_a_violation_reads_as_a_sentence(alice: Reader) -> None:
    del alice.connections[1].frames[-1]
    (violation,) = violations(Log(EPOCH, {DRAFT: Draft(STORED)}), [alice])
    assert str(violation) == "P5 alice-1 on b at 6: the last ping said None"


def test_a_log_with_a_gap_is_no_measure() -> None:
    with pytest.raises(ValueError, match="version 3 in place of 2"):
        Draft([STORED[0], STORED[2]])


# Good histories of any shape, and one frame of them changed.

STEPS = st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.booleans()), max_size=12)


def lived(reader: Reader, stored: Sequence[bytes], last: int, steps: Sequence[tuple[int, bool, bool]]) -> None:
    """See everything up to `last`, in pages of these sizes, with pings and broken connections in between."""
    start = reader.last or 0
    reader.connected("a")
    reader.took(welcome(start, start, "events" if reader.events else "resume"))
    reader.took(frame("live", version=start))
    for size, ping, breaks in [*steps, *[(1, True, False)] * last]:
        page = range(reader.last + 1, min(reader.last + size, last) + 1)
        if page:
            reader.took(pages(stored, *page))
        if ping:
            reader.took(frame("ping", head=reader.last))
        if breaks and reader.last < last:
            reader.closed(LOST)
            reader.connected("b")
            reader.took(welcome(reader.last, reader.last + 1, "events" if reader.events else "resume"))
            reader.took(pages(stored, reader.last + 1))
            reader.took(frame("live", version=reader.last))


@st.composite
def histories(draw: Any) -> tuple[list[bytes], list[Reader]]:
    stored = logged(draw(st.integers(0, 8)), removal=draw(st.booleans()), after=draw(st.integers(0, 3)))
    readers = [Reader("alice-1", "alice", DRAFT, last=1, epoch=EPOCH)]
    readers.append(Reader("bob-1", "bob", DRAFT, events=False, last=2, epoch=EPOCH))
    end = next((v for v, event in enumerate(stored, 1) if b"removed" in event), None)
    lived(readers[0], stored, len(stored), draw(STEPS))
    lived(readers[1], stored, end or len(stored), draw(STEPS))
    if end is not None:
        readers[1].closed(4403)
    return stored, readers


@given(histories())
def test_no_good_history_is_complained_of(history: tuple[list[bytes], list[Reader]]) -> None:
    stored, readers = history
    assert found(*readers, stored=stored) == []


def drop(frames: list[Frame], at: int) -> None:
    del frames[at]


def repeat(frames: list[Frame], at: int) -> None:
    frames.insert(at, frames[at])


def reorder(frames: list[Frame], at: int) -> None:
    other = at - 1 if at else at + 1
    frames[at], frames[other] = frames[other], frames[at]


def alter(frames: list[Frame], at: int) -> None:
    match frames[at]:
        case Welcome() as one:
            frames[at] = replace(one, start=one.start + 1)
        case Live(version=version):
            frames[at] = Live(version - 1)
        case Events(events=(first, *others)):
            changed = first._replace(raw=first.raw.replace(b"alice", b"carol", 1))
            frames[at] = Events((changed, *others))


def changeable(connection: Connection, change: Callable[[list[Frame], int], None]) -> list[int]:
    """Return the frames that may not be changed so. One ping more or less is nothing, and a `live` may be on its way
    when a connection breaks."""
    innocent = (Ping, Live) if change is drop else Ping
    return [at for at, one in enumerate(connection.frames) if not isinstance(one, innocent)]


@given(histories(), st.sampled_from([drop, repeat, reorder, alter]), st.data())
def test_one_changed_frame_is_found(
    history: tuple[list[bytes], list[Reader]], change: Callable[[list[Frame], int], None], data: Any
) -> None:
    stored, readers = history
    reader = data.draw(st.sampled_from(readers))
    connection = data.draw(st.sampled_from(reader.connections))
    at = data.draw(st.sampled_from(changeable(connection, change)))
    change(connection.frames, at)
    assert found(*readers, stored=stored)
