"""The leaf: the database, this package and docs/LOG.md compute the same bytes."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onering.log.append import append
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.leaf import entry, leaf, payload_hash
from tests.log.writing import command, write

DOCUMENT = Path(__file__).parents[2] / "docs" / "LOG.md"

LEAF = """
    SELECT onering.leaf_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17),
           onering.payload_hash_v1($18, $19)"""


async def database_leaf(conn: Any, event: StoredEvent, salt: bytes) -> tuple[bytes, bytes]:
    fields = event._replace(payload=payload_hash(salt, event.payload or ""))  # type: ignore[arg-type]
    row = await conn.fetchrow(LEAF, *fields, salt, event.payload)
    return row[0], row[1]


text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)
events = st.builds(
    StoredEvent,
    lane=st.integers(0, 2**15 - 1),
    position=st.integers(1, 2**63 - 1),
    stream_id=st.uuids(),
    stream_type=st.sampled_from(["draft", "invite", "user", "workspace", "system"]),
    version=st.integers(1, 2**31 - 1),
    workspace_id=st.uuids(),
    event_id=st.uuids(),
    type=text,
    schema_version=st.integers(1, 2**31 - 1),
    payload=text,
    issuer=text,
    subject=text,
    impersonator=st.none() | text,
    command_id=st.uuids(),
    correlation_id=st.just("") | text,
    causation_id=st.none() | st.uuids(),
    recorded_at=st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(event=events, salt=st.binary(min_size=16, max_size=16))
async def test_the_database_and_python_agree_on_every_event(app: Any, event: StoredEvent, salt: bytes) -> None:
    hashed = payload_hash(salt, event.payload or "")
    assert await database_leaf(app, event, salt) == (leaf(event, hashed), hashed)


async def test_stored_leaves_are_those_of_the_stored_rows(app: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "1", "2")), command(write("b", 0, "ü"))])
    rows = await app.fetch(f"SELECT {', '.join(StoredEvent._fields)}, salt, payload_hash, leaf FROM onering.events")
    assert len(rows) == 3
    for *columns, salt, hashed, stored in rows:
        event = StoredEvent(*columns)
        assert hashed == payload_hash(salt, event.payload or "")
        assert stored == leaf(event, hashed)


def vectors() -> list[dict[str, Any]]:
    blocks = re.findall(r"```json\n(\[.*?\])\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    found: list[dict[str, Any]] = json.loads(blocks[0])
    return found


def vector_event(vector: dict[str, Any]) -> StoredEvent:
    fields = dict(vector["event"])
    for name in ("stream_id", "workspace_id", "event_id", "command_id", "causation_id"):
        fields[name] = UUID(fields[name]) if fields[name] else None
    fields["recorded_at"] = datetime.fromisoformat(fields["recorded_at"])
    return StoredEvent(**fields)


def test_the_document_has_vectors_that_hold() -> None:
    assert len(vectors()) >= 2
    for vector in vectors():
        event = vector_event(vector)
        hashed = payload_hash(bytes.fromhex(vector["salt"]), event.payload or "")
        assert hashed.hex() == vector["payload_hash"]
        assert entry(event, hashed).hex() == vector["entry"]
        assert leaf(event, hashed).hex() == vector["leaf"]


def test_every_column_is_committed_to() -> None:
    event = vector_event(vectors()[0])
    base = leaf(event, b"\x01" * 32)
    changed = {
        int: lambda v: v + 1,
        str: lambda v: v + "x",
        UUID: lambda v: UUID(int=v.int ^ 1),
        datetime: lambda v: v + timedelta(microseconds=1),
    }
    event = event._replace(impersonator="mallory", causation_id=UUID(int=0))
    assert leaf(event, b"\x01" * 32) != base
    base = leaf(event, b"\x01" * 32)
    for name, value in event._asdict().items():
        if name != "payload":
            assert leaf(event._replace(**{name: changed[type(value)](value)}), b"\x01" * 32) != base, name
    for name in ("impersonator", "causation_id"):
        assert leaf(event._replace(**{name: None}), b"\x01" * 32) != base, name
    assert leaf(event, b"\x02" * 32) != base
