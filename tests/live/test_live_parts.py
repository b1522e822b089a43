"""The small parts of the feed, each alone: frames, messages, the pulse and the session."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from onering.auth.identity import Identity
from onering.live import frames
from onering.live.ends import HEARTBEAT_MISSED, TOO_SLOW
from onering.live.limits import Limits
from onering.live.messages import BadMessage, Hello, hello_of_query, parse
from onering.live.pulse import Pulse
from onering.live.session import Session
from tests.node import person

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("size", "head"), [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_is_one_unmasked_text_frame(size, head):
    frame = frames.text_frame(b"x" * size)
    assert frame[0] == 0x81
    assert len(frame) == head + size
    assert frames.text_of(frame) == "x" * size


def test_pages_respect_both_limits_and_are_never_empty():
    events = [b"x" * 10] * 5
    assert [len(page) for page in frames.pages(events, 2, 1000)] == [2, 2, 1]
    assert [len(page) for page in frames.pages(events, 9, 55)] == [2, 2, 1]
    assert [len(page) for page in frames.pages(events, 9, 1)] == [1] * 5
    assert list(frames.pages([], 9, 9)) == []
    for page in frames.pages(events, 9, 55):
        assert len(frames.text_of(frames.events(page))) <= 55


def test_messages_are_read_strictly_where_they_are_known():
    assert parse('{"type":"hello","after":null,"more":1}') == Hello()
    assert hello_of_query({"after": "7", "epoch": "e", "mode": "events", "more": "1"}) == Hello(None, 7, "e", True)
    for text in ('{"type":"hello","after":-1}', '{"type":"hello","epoch":1}', "{", "1", '{"Type":"hello"}', "NaN"):
        with pytest.raises(BadMessage):
            parse(text)


def test_the_pulse_of_a_quiet_client():
    pulse = Pulse(Limits(), 0.0)
    assert pulse.look(59.0, version=1, unsent=0) is None
    pulse.asked(59.0)
    assert not pulse.quiet(83.0)
    assert pulse.quiet(84.0)
    assert pulse.look(60.5, version=1, unsent=0) is HEARTBEAT_MISSED
    pulse.heard(60.5)
    assert pulse.look(61.0, version=1, unsent=0) is None


def test_the_pulse_of_a_client_that_is_told_all_the_time():
    """It is asked once per heartbeat, by the time it has been silent, and not again before it could answer."""
    pulse = Pulse(Limits(), 0.0)
    asked = []
    for at in range(1, 81):
        pulse.told(at)
        assert pulse.look(at, version=at, unsent=0) is None
        if pulse.quiet(at):
            asked.append(at)
            pulse.asked(at)
            pulse.heard(at + 1)
    assert asked == [25, 51, 77]


def test_the_pulse_of_a_client_that_takes_nothing():
    pulse = Pulse(replace(Limits(), silence_seconds=1000), 0.0)
    assert pulse.look(1.0, version=1, unsent=500) is None
    assert pulse.look(29.0, version=1, unsent=400) is None
    assert pulse.look(58.0, version=2, unsent=900) is None
    assert pulse.look(87.0, version=2, unsent=900) is None
    assert pulse.look(88.5, version=2, unsent=900) is TOO_SLOW


def test_frames_are_counted_by_the_minute():
    pulse = Pulse(replace(Limits(), client_frames_per_minute=2), 0.0)
    assert [pulse.heard(at) for at in (1.0, 2.0, 59.0, 60.0, 61.0, 62.0)] == [True, True, False, True, True, False]


def identity(seconds, name="alice"):
    return Identity(person(name), None if seconds is None else NOW + timedelta(seconds=seconds))


def test_a_session_is_renewed_by_a_token_that_lasts_longer():
    session = Session(identity(60))
    assert not session.expiring(NOW + timedelta(seconds=51))
    assert session.expiring(NOW + timedelta(seconds=52))
    session.warned = True
    assert not session.expiring(NOW + timedelta(seconds=53))
    assert not session.renew(identity(60))
    assert session.renew(identity(120))
    assert session.expiring(NOW + timedelta(seconds=112))
    assert not session.expired(NOW + timedelta(seconds=134), timedelta(seconds=15))
    assert session.expired(NOW + timedelta(seconds=135), timedelta(seconds=15))


def test_without_a_token_nothing_expires():
    for session in (Session(None), Session(identity(None))):
        assert not session.expiring(NOW + timedelta(days=999))
        assert not session.expired(NOW + timedelta(days=999), timedelta(0))
        assert not session.renew(identity(60))
    assert Session(None).workspace_id is None
    assert isinstance(Session(identity(None)).workspace_id, UUID)
    assert not Session(None).is_of(identity(60))
