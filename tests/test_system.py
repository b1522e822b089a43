"""The service's own stream: one order, whoever writes at once, and each event once."""

import asyncio
from typing import Any

import asyncpg
import pytest

from onering.domain.system import Administered, RequestRefused
from onering.log.append import append
from onering.log.codec import UnknownEvent
from onering.log.event import DEFAULT_LANE
from onering.log.reader import read_stream
from onering.system import OPERATOR, SYSTEM_STREAM, record, stored, system_append, system_event

WHO = (OPERATOR, "root")


@pytest.fixture
async def conn(app_dsn: str) -> Any:
    conn = await asyncpg.connect(app_dsn)
    yield conn
    conn.terminate()


async def told(conn: Any) -> list[Any]:
    return await read_stream(conn, DEFAULT_LANE, SYSTEM_STREAM, 0, 100)


async def test_what_operators_do_at_once_is_all_recorded(conn: Any, app_dsn: str) -> None:
    others = [await asyncpg.connect(app_dsn) for _ in range(3)]
    done = [Administered(action="rebuild", detail=str(n)) for n in range(12)]
    await asyncio.gather(*[_all(other, done[n::3]) for n, other in enumerate(others)])
    events = await told(conn)
    assert [event.version for event in events] == list(range(1, 13))
    assert {system_event(event) for event in events} == set(done)
    assert {(event.issuer, event.subject) for event in events} == {WHO}
    for other in others:
        other.terminate()


async def _all(conn: Any, events: list[Administered]) -> None:
    for event in events:
        await record(conn, event, "root")


async def test_what_is_sent_again_is_stored_once_and_what_came_second_is_told_so(conn: Any) -> None:
    first, second = (system_append(Administered(action=name), WHO, 0) for name in ("migrate", "rebuild"))
    (outcome,) = await append(conn, DEFAULT_LANE, [first])
    position = stored(first, outcome)
    (outcome,) = await append(conn, DEFAULT_LANE, [first])
    assert stored(first, outcome) == position == 1
    (outcome,) = await append(conn, DEFAULT_LANE, [second])
    assert stored(second, outcome) is None
    assert len(await told(conn)) == 1


async def test_what_a_newer_release_wrote_is_not_understood(conn: Any) -> None:
    await record(conn, RequestRefused(user_id="alice", code="forbidden", status=403, method="GET", path="/"), "root")
    (event,) = await told(conn)
    assert system_event(event).type == "request_refused"
    for other in (event._replace(type="more"), event._replace(schema_version=2), event._replace(payload=None)):
        with pytest.raises(UnknownEvent):
            system_event(other)
