"""The codec: known events of every version come in, and what a newer release wrote is told apart."""

from typing import Any
from uuid import uuid4

import pytest

from onering.domain.events import EVENT_TYPES, CollaboratorRemoved, SegmentAdded
from onering.log.append import Append, Appended, NewEvent, Write, append
from onering.log.codec import UPCASTERS, UnknownEvent, decode, encode_payload
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import Position, StoredEvent
from onering.log.reader import read_lane
from tests.log.writing import WORKSPACE

SEGMENT = '{"segment_id":"00000000-0000-0000-0000-000000000001","author_id":"alice","content":"é","segment_order":0}'


async def stored(conn: Any, type: str, schema_version: int, data: str) -> StoredEvent:
    """Append an event and return it as it is read back."""
    new = NewEvent(uuid4(), type, schema_version, f'{{"idempotency_key":null,"data":{data}}}')
    write = Write(uuid4(), "draft", WORKSPACE, 0, (new,))
    (done,) = await append(conn, LANE, [Append(uuid4(), b"\x01" * 33, "test", "alice", None, "r", (write,))])
    assert isinstance(done, Appended)
    (event,) = await read_lane(conn, LANE, done.position - 1, 1)
    return event


async def test_fields_of_a_later_release_are_ignored(app: Any) -> None:
    event = await stored(app, "segment_added", 1, SEGMENT[:-1] + ',"mood":"calm"}')
    assert decode(event) == SegmentAdded.model_validate_json(SEGMENT)


async def test_an_event_of_the_same_words_but_another_type_is_not_taken_for_it(app: Any) -> None:
    removed = CollaboratorRemoved(user_id="bob")
    data = encode_payload(removed, None).partition('"data":')[2][:-1]
    assert decode(await stored(app, "collaborator_removed", 1, data)) == removed
    with pytest.raises(UnknownEvent):
        decode(await stored(app, "collaborator_added", 1, data))


@pytest.mark.parametrize(("type", "schema_version"), [("draft_sung", 1), ("segment_added", 2)])
async def test_a_type_or_version_of_a_newer_release_is_unknown(app: Any, type: str, schema_version: int) -> None:
    event = await stored(app, type, schema_version, SEGMENT)
    with pytest.raises(
        UnknownEvent, match=rf"event 1 of lane 0 is {type} version {schema_version}.*upgrade"
    ) as unknown:
        decode(event)
    assert unknown.value.event == event


@pytest.mark.parametrize("data", ['{"creator_id":"a","title":"t","visibility":"secret"}', "{}", "null", "[]"])
async def test_content_that_this_release_cannot_read_is_unknown_and_no_crash(app: Any, data: str) -> None:
    """A tail that meets it goes on: only this draft is closed in this process."""
    with pytest.raises(UnknownEvent):
        decode(await stored(app, "draft_created", 1, data))


async def test_an_erased_event_is_unknown(app: Any) -> None:
    event = await stored(app, "segment_added", 1, SEGMENT)
    with pytest.raises(UnknownEvent):
        decode(event._replace(payload=None))


async def test_an_event_of_an_older_version_is_brought_up_step_by_step(app: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(EVENT_TYPES, "segment_added", (3, SegmentAdded))
    monkeypatch.setitem(UPCASTERS, ("segment_added", 1), lambda data: {**data, "content": data["text"]})
    monkeypatch.setitem(UPCASTERS, ("segment_added", 2), lambda data: {**data, "content": data["content"].upper()})
    old = await stored(app, "segment_added", 1, SEGMENT.replace("content", "text"))
    middle = await stored(app, "segment_added", 2, SEGMENT)
    newest = await stored(app, "segment_added", 3, SEGMENT)
    assert [decode(event).content for event in (old, middle, newest)] == ["É", "É", "é"]  # type: ignore[union-attr]
    assert old.payload is not None
    assert '"text":"é"' in old.payload


def test_absent_fields_are_left_out_of_the_payload() -> None:
    event = SegmentAdded.model_validate_json(SEGMENT)
    assert encode_payload(event, 'a"b') == '{"idempotency_key":"a\\"b","data":' + SEGMENT + "}"
    assert encode_payload(event, None).startswith('{"idempotency_key":null,')


def test_every_known_type_names_its_model() -> None:
    for type, (newest, model) in EVENT_TYPES.items():
        assert model.model_fields["type"].default == type
        assert newest >= 1


def test_a_position_is_spelled_one_way() -> None:
    assert str(Position(0, 17)) == "0.17"
    assert Position.parse("3.9") == (3, 9)
    for wrong in ("", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "a.b", "1.2\n", " 1.2", "١.٢", "1." + "9" * 19):
        with pytest.raises(ValueError, match="not a position"):
            Position.parse(wrong)
