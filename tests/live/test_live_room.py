"""Presence within one process, without a server: a real feed, real rooms, and screens that keep what they are told."""

from dataclasses import replace
from uuid import uuid4

import orjson
import pytest

from onering.auth.identity import Identity
from onering.domain.state import DraftState
from onering.domain.values import Role, Visibility
from onering.live import frames
from onering.live.feed import Feed
from onering.live.limits import Limits
from onering.live.presence import Presence, Typing
from onering.live.room import Here
from onering.live.session import Session
from tests.node import person

LIMITS = replace(Limits(), presence_crowd=3)
DRAFT = uuid4()


class Screen:
    """A connection that follows: what it was told, and how much of that it did not take yet."""

    def __init__(self, feed, who):
        self.session = Session(None if who is None else Identity(person(who)))
        self.version = feed.head
        self.presence = 0
        self.outlet = self
        self.behind = 0
        self.told = []
        feed.followers.add(self)
        feed.go_live(self)

    def unsent(self):
        return self.behind

    def write(self, frame):
        self.told.append(orjson.loads(frames.text_of(frame)))

    def may_read(self, state):
        return self.session.may_read(state)

    def lose_access(self, version):
        raise NotImplementedError("nothing follows here")

    def fall_behind(self):
        raise NotImplementedError("nothing is published here")

    def take(self):
        """Return what was told since the last time, without the type."""
        told, self.told = self.told, []
        return [tuple(frame.values())[1:] for frame in told]


class Place:
    """A draft of alice's with bob and carol, viewed by dave; whoever is let in sits until they leave."""

    def __init__(self, visibility=Visibility.PUBLIC, limits=LIMITS):
        roles = {"alice": Role.OWNER, "bob": Role.CONTRIBUTOR, "carol": Role.CONTRIBUTOR, "dave": Role.VIEWER}
        state = DraftState(
            DRAFT, person("alice").workspace_id, "alice", visibility=visibility, members=roles, holder_id="alice"
        )
        self.feed = Feed(DRAFT, 4, state, lambda event: b"{}", limits)
        self.now = 1000.0
        self.presence = Presence(limits, lambda: self.now)
        self.seats = {}

    def enter(self, who):
        screen = Screen(self.feed, who)
        self.seats[screen] = self.presence.enter(self.feed, screen.session)
        return screen

    def leave(self, screen):
        self.feed.leave(screen)
        self.seats[screen].leave()

    def change(self, **fields):
        self.feed.state = self.feed.state._replace(**fields)
        self.presence.follow(self.feed)

    def tick(self, seconds=0.0):
        self.now += seconds
        self.presence.tick()


@pytest.fixture
def place():
    return Place()


def test_the_first_frame_is_the_state_and_then_come_differences(place):
    alice = place.enter("alice")
    place.tick()
    assert alice.take() == [("state", ["alice"], [], 1, 0)]
    bob = place.enter("bob")
    place.tick()
    assert alice.take() == [("diff", ["bob"], [], 2, 0)]
    assert bob.take() == [("state", ["alice", "bob"], [], 2, 0)]
    place.tick()
    assert alice.take() == bob.take() == []


def test_everybody_who_comes_within_a_batch_is_one_frame(place):
    alice = place.enter("alice")
    place.tick()
    place.enter("carol")
    place.enter("bob")
    assert [frame[0] for frame in alice.take()] == ["state"]
    place.tick()
    assert alice.take() == [("diff", ["bob", "carol"], [], 3, 0)]


def test_two_tabs_are_one_person(place):
    alice, one, two = place.enter("alice"), place.enter("bob"), place.enter("bob")
    place.tick()
    assert alice.take() == one.take() == two.take() == [("state", ["alice", "bob"], [], 2, 0)]
    place.leave(one)
    place.tick(100)
    assert alice.take() == two.take() == []


def test_readers_without_credentials_are_counted_and_gone_at_once(place):
    alice, one, two = place.enter("alice"), place.enter(None), place.enter(None)
    place.tick()
    assert alice.take() == one.take() == two.take() == [("state", ["alice"], [], 1, 2)]
    place.leave(one)
    place.tick()
    assert alice.take() == [("diff", [], [], 1, 1)]


def test_people_leave_ten_seconds_late(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.tick()
    alice.take()
    place.leave(bob)
    place.leave(bob)
    place.tick(9.9)
    assert alice.take() == []
    place.tick(0.2)
    assert alice.take() == [("diff", [], ["bob"], 1, 0)]


def test_whoever_comes_back_meanwhile_never_left(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.tick()
    alice.take()
    place.leave(bob)
    place.tick(5)
    again = place.enter("bob")
    place.tick(100)
    assert alice.take() == []
    assert again.take() == [("state", ["alice", "bob"], [], 2, 0)]


def test_of_a_crowd_only_the_holder_and_whoever_comes_next_are_named(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.tick()
    screens = [place.enter(f"reader-{n}") for n in range(3)]
    place.tick()
    assert alice.take()[1:] == bob.take()[1:] == [("counts", ["alice", "bob"], [], 5, 0)]
    place.change(holder_id="bob")
    place.tick()
    assert alice.take() == [("counts", ["bob"], [], 5, 0)]
    # Carol comes next, and is not here.
    place.change(holder_id="carol")
    place.tick()
    assert alice.take() == [("counts", ["alice"], [], 5, 0)]
    for screen in screens:
        place.leave(screen)
    place.tick(11)
    assert alice.take() == [("state", ["alice", "bob"], [], 2, 0)]


def test_nobody_is_shown_who_may_not_read_any_more(place):
    alice, stranger, nobody = place.enter("alice"), place.enter("mallory"), place.enter(None)
    place.presence.learn(DRAFT, (Here("eve"), Here("bob"), Here("", None, 4)))
    place.tick()
    assert alice.take() == [("counts", ["alice", "bob"], [], 4, 5)]
    place.feed.leave(stranger)
    place.feed.leave(nobody)
    place.change(visibility=Visibility.PRIVATE)
    # At once, without waiting for the batch.
    assert alice.take() == [("state", ["alice", "bob"], [], 2, 0)]
    place.change(members={"alice": Role.OWNER})
    assert alice.take() == [("diff", [], ["bob"], 1, 0)]
    assert place.presence.own(DRAFT).keys() == {"alice"}


def test_in_a_draft_of_a_workspace_its_people_are_shown_and_nobody_else():
    place = Place(Visibility.WORKSPACE)
    alice = place.enter("alice")
    place.presence.learn(DRAFT, (Here("eve", person("alice").workspace_id), Here("mallory", uuid4()), Here("")))
    place.tick()
    assert alice.take() == [("state", ["alice", "eve"], [], 2, 0)]


def test_whoever_is_behind_is_told_nothing_and_the_state_when_they_take_it_again(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.tick()
    bob.take()
    bob.behind = LIMITS.socket_high_water + 1
    for name in ("carol", "dave"):
        place.enter(name)
        place.tick()
    assert bob.take() == []
    assert len(alice.take()) == 3
    bob.behind = 0
    place.tick()
    assert bob.take() == [("counts", ["alice", "bob"], [], 4, 0)]
    assert alice.take() == []


def test_the_holders_typing_is_told_every_three_seconds_at_most(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.presence.typing(place.feed, alice.session)
    assert alice.take() == bob.take() == [("alice", 6.0)]
    for seconds, told in ((2.9, []), (0.1, [("alice", 6.0)]), (1, [])):
        place.now += seconds
        place.presence.typing(place.feed, alice.session)
        assert bob.take() == told
    assert place.presence.news().typing == [Typing(DRAFT, "alice")] * 2
    assert place.presence.news().typing == []


def test_nobody_elses_typing_is_told(place):
    alice = place.enter("alice")
    for who in ("bob", "mallory", None):
        place.presence.typing(place.feed, place.enter(who).session)
    assert not place.presence.typed(Typing(uuid4(), "alice"))
    assert not place.presence.typed(Typing(DRAFT, "bob"))
    assert alice.take() == []
    assert place.presence.news().typing == []


def test_a_new_holder_need_not_wait_for_the_typing_of_the_last(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    place.presence.typing(place.feed, alice.session)
    place.change(holder_id="bob")
    place.presence.typing(place.feed, bob.session)
    assert alice.take() == [("alice", 6.0), ("bob", 6.0)]


def test_typing_is_not_kept_for_whoever_is_behind(place):
    alice, bob = place.enter("alice"), place.enter("bob")
    bob.behind = LIMITS.socket_high_water + 1
    place.presence.typing(place.feed, alice.session)
    bob.behind = 0
    assert (alice.take(), bob.take()) == ([("alice", 6.0)], [])


def test_a_draft_that_everybody_left_is_forgotten(place):
    place.leave(place.enter("alice"))
    place.leave(place.enter(None))
    place.tick()
    assert list(place.presence.drafts) == [DRAFT]
    place.tick(11)
    assert list(place.presence.drafts) == []
    assert place.presence.own(DRAFT) == {}
    place.presence.learn(DRAFT, (Here("bob"),))
    place.presence.follow(place.feed)
    place.tick()
    assert list(place.presence.news().changed) == [DRAFT]
