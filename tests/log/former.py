"""Appending as the release before counters did, whose processes may run beside this one's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson

from onering.log.append import Append, NewEvent, Write, _columns
from onering.log.event import DEFAULT_LANE as LANE
from tests.log.writing import WORKSPACE, command, stream

FORMER = """
    SELECT outcome FROM onering.append_v1(
        $1::smallint, $2::uuid[], $3::text[], $4::uuid[],
        $5::uuid[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[],
        $12::text::int[], $13::text::int[], $14::text::int[], $15::text::int[],
        $16::text::int[], $17::text::int[], $18::uuid[], $19::text[], $20::text::int[], $21::text[], $22::bytea[])
     ORDER BY command"""
FORMER_COLUMNS = 21


async def append_as_before(conn: Any, *batch: Append) -> Sequence[str]:
    """Append as a process of the release before; return the outcomes' names."""
    return [row["outcome"] for row in await conn.fetch(FORMER, LANE, *_columns(batch)[:FORMER_COLUMNS])]


def told(name: str, expected: int, *events: tuple[str, dict[str, Any]], workspace: UUID = WORKSPACE) -> Append:
    """Return a command that appends events of a draft, each a type and its data."""
    new = tuple(
        NewEvent(uuid4(), type, 1, orjson.dumps({"idempotency_key": None, "data": data}).decode())
        for type, data in events
    )
    return command(Write(stream(name), "draft", workspace, expected, new))
