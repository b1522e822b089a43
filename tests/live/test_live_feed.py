"""A feed without sockets: what it keeps, who gets what at once, and who is taken out."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from onering.domain.events import CollaboratorAdded, CollaboratorRemoved, DraftCreated, SegmentAdded
from onering.domain.state import DraftState, evolve, may_read
from onering.live import frames
from onering.live.feed import Feed, FeedGap, evolved
from onering.live.limits import Limits
from onering.log.codec import encode_payload
from onering.log.event import StoredEvent

DRAFT, WORKSPACE, NOW = UUID(int=1), UUID(int=2), datetime.now(UTC)
LIMITS = replace(Limits(), feed_events=4, socket_high_water=100, page_events=3)


@dataclass
class Outlet:
    """Remembers the versions that were written; `full` is a client that reads nothing."""

    versions: list = field(default_factory=list)
    frames: list = field(default_factory=list)
    full: bool = False

    def unsent(self):
        return 101 if self.full else 0

    def write(self, frame):
        self.frames.append(frame)
        self.versions += [event["v"] for event in orjson.loads(frames.text_of(frame))["events"]]


@dataclass(eq=False)
class Reader:
    who: str
    outlet: Outlet = field(default_factory=Outlet)
    version: int = 2
    losses: list = field(default_factory=list)
    behind: int = 0

    def may_read(self, state):
        return may_read(state, self.who)

    def lose_access(self, version):
        self.losses.append(version)

    def fall_behind(self):
        self.behind += 1


def stored(version, event, type=None):
    payload = encode_payload(event, None) if event else '{"idempotency_key":null,"data":{}}'
    kind = type or event.type
    return StoredEvent(
        0,
        100 + version,
        DRAFT,
        "draft",
        version,
        WORKSPACE,
        DRAFT,
        kind,
        1,
        payload,
        "i",
        "s",
        None,
        DRAFT,
        "",
        None,
        NOW,
    )


def segment(version):
    event = SegmentAdded(segment_id=DRAFT, author_id="alice", content="x", segment_order=version)
    return stored(version, event)


def removed(version, who="bob"):
    return stored(version, CollaboratorRemoved(user_id=who))


def added(version, who="bob"):
    return stored(version, CollaboratorAdded(user_id=who, role="viewer"))


@pytest.fixture
def feed():
    state = DraftState(DRAFT, WORKSPACE)
    created = DraftCreated(creator_id="alice", title="t", visibility="private")
    for event in (created, CollaboratorAdded(user_id="bob", role="viewer")):
        state = evolve(state, event, NOW)
    return Feed(DRAFT, 2, state, lambda event: b'{"v":%d}' % event.version, LIMITS)


@pytest.fixture
def join(feed):
    def join(who, *, live=True):
        reader = Reader(who)
        feed.followers.add(reader)
        assert not live or feed.go_live(reader)
        return reader

    return join


def test_live_followers_get_a_batch_as_the_same_bytes(feed, join):
    alice, bob, late = join("alice"), join("bob"), join("alice", live=False)
    feed.follow([segment(3), segment(4)])
    assert alice.outlet.versions == bob.outlet.versions == [3, 4]
    assert alice.outlet.frames[0] is bob.outlet.frames[0]
    assert (alice.version, late.version, late.outlet.versions) == (4, 2, [])
    assert feed.head == 4


def test_a_frame_goes_out_in_the_order_of_going_live(feed, join):
    """Which costs less than a random one: it is about the order of the sockets in memory."""
    readers, told = [join("alice") for _ in range(32)], []
    for number, reader in enumerate(readers):
        feed.leave(reader)
        reader.outlet.write = lambda frame, number=number: told.append(number)
        feed.go_live(reader)
    feed.leave(readers[7])
    feed.go_live(readers[7])
    feed.follow([segment(3)])
    assert told == [number for number in range(32) if number != 7] + [7]


def test_a_large_batch_is_cut_into_pages(feed, join):
    alice = join("alice")
    feed.follow([segment(n) for n in range(3, 11)])
    assert alice.outlet.versions == list(range(3, 11))
    assert len(alice.outlet.frames) == 3


def test_what_is_known_already_changes_nothing(feed, join):
    alice = join("alice")
    feed.follow([removed(2)])
    feed.follow([added(2), segment(3)])
    feed.follow([segment(3)])
    assert alice.outlet.versions == [3]
    assert feed.state.role_of("bob") is not None


def test_a_gap_is_noticed_before_anything_changes(feed, join):
    alice = join("alice")
    with pytest.raises(FeedGap):
        feed.follow([segment(4)])
    assert (feed.head, alice.outlet.versions) == (2, [])


def test_memory_has_the_newest_events_and_says_when_it_has_not(feed):
    assert feed.after(2, 9) == []
    assert feed.after(1, 9) is None
    feed.follow([segment(n) for n in range(3, 9)])
    assert feed.after(3, 9) is None
    assert feed.after(4, 9) == [b'{"v":5}', b'{"v":6}', b'{"v":7}', b'{"v":8}']
    assert feed.after(6, 1) == [b'{"v":7}']
    assert feed.after(8, 9) == []


def test_a_follower_without_room_leaves_the_live_ones_and_the_others_notice_nothing(feed, join):
    slow, alice = join("bob"), join("alice")
    slow.outlet.full = True
    feed.follow([segment(3)])
    feed.follow([segment(4)])
    assert (slow.behind, slow.version, slow.outlet.versions) == (1, 2, [])
    assert alice.outlet.versions == [3, 4]
    assert list(feed.live) == [alice]


def test_only_whoever_stands_at_the_head_goes_live(feed, join):
    reader = join("alice", live=False)
    feed.follow([segment(3)])
    assert not feed.go_live(reader)
    reader.version = 4
    assert not feed.go_live(reader)
    reader.version = 3
    assert feed.go_live(reader)


def test_whoever_loses_access_gets_nothing_of_the_batch_from_here(feed, join):
    alice, bob, joining = join("alice"), join("bob"), join("bob", live=False)
    feed.follow([segment(3), removed(4), segment(5), added(6), segment(7)])
    assert alice.outlet.versions == [3, 4, 5, 6, 7]
    assert (bob.outlet.versions, bob.losses, bob.behind) == ([], [4], 1)
    # Also who is only joining is told, but is behind already.
    assert (joining.losses, joining.behind) == ([4], 0)


def test_every_loss_is_told_for_a_snapshot_may_lie_between_two(feed, join):
    joining = join("bob", live=False)
    feed.follow([removed(3), added(4), removed(5), segment(6), added(7)])
    assert joining.losses == [3, 5]


def test_whoever_left_is_told_nothing(feed, join):
    bob = join("bob")
    feed.leave(bob)
    feed.leave(bob)
    feed.follow([segment(3), removed(4)])
    assert (bob.outlet.versions, bob.losses) == ([], [])


def test_an_unknown_event_passes_and_leaves_the_state_as_it_is(feed, join):
    alice = join("alice")
    before = feed.state
    feed.follow([stored(3, None, "draft_sung"), segment(4)])
    assert alice.outlet.versions == [3, 4]
    assert evolved(before, stored(3, None, "draft_sung")) is before
