"""What a judge looks at of an event, in types that go from process to process for next to nothing."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from asyncpg.pgproto.pgproto import UUID

from onering.log.event import StoredEvent
from onering.log.leaf import microseconds

Flat: TypeAlias = tuple[int, int, bytes, str, int, bytes, bytes, str, int, str | None, str, str, str | None, bytes, int]
"""A StoredEvent without correlation and causation: identities are bytes, the time microseconds since 2000."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def flat(event: StoredEvent) -> Flat:
    """Return what a judge looks at of an event."""
    return (
        event.lane,
        event.position,
        event.stream_id.bytes,
        event.stream_type,
        event.version,
        event.workspace_id.bytes,
        event.event_id.bytes,
        event.type,
        event.schema_version,
        event.payload,
        event.issuer,
        event.subject,
        event.impersonator,
        event.command_id.bytes,
        microseconds(event.recorded_at),
    )


def whole(event: Flat) -> StoredEvent:
    """Return the event again."""
    (lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version, payload, issuer,
     subject, impersonator, command_id, recorded_at) = event  # fmt: skip
    return StoredEvent(
        lane, position, UUID(stream_id), stream_type, version, UUID(workspace_id), UUID(event_id), type,
        schema_version, payload, issuer, subject, impersonator, UUID(command_id), "", None, instant(recorded_at),
    )  # fmt: skip


def instant(microseconds: int) -> datetime:
    """Return the time that is so long after the year 2000 began."""
    return _EPOCH + timedelta(microseconds=microseconds)
