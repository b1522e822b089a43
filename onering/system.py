"""The stream of the service itself: what is appended to it, in whose name."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import orjson

from onering.domain.ids import NAMESPACE, Id, derived
from onering.domain.system import SYSTEM_EVENT_TYPES, LogKeyAdded, LogOpened, SystemEvent
from onering.log.append import Append, Appended, AppendOutcome, NewEvent, Repeated, Write, append
from onering.log.codec import decode_as
from onering.log.event import COLUMNS, DEFAULT_LANE, StoredEvent
from onering.log.reader import Reader, find_stream
from onering.requests import FINGERPRINT_VERSION, Contended

SYSTEM_STREAM = uuid5(NAMESPACE, "system")
SYSTEM_WORKSPACE = uuid5(NAMESPACE, "workspace/system")
SCHEMA_VERSION = 1
# Whom events are stamped with that nobody signed in did: an operator beside their account, and the service itself.
OPERATOR = "onering:operator"
SYSTEM = ("onering:system", "onering")
# Tried when other processes append at the same time.
ATTEMPTS = 20


def place_identity(version: int) -> Id:
    """Return the command identity of what is appended to the stream at `version`."""
    return derived(SYSTEM_STREAM, "recorded", version)


def system_append(
    event: SystemEvent,
    by: tuple[str, str],
    version: int,
    *,
    impersonator: str | None = None,
    correlation_id: str = "",
    command_id: UUID | None = None,
    nonce: bytes = b"",
) -> Append:
    """Return what appends an event to the stream at `version`; `by` is the (issuer, subject) whose deed it is.

    Unless `command_id` says otherwise, its identity is that of its place: whoever finds the place taken, by `stored`,
    tries the next version. `nonce` tells those apart who may say the same.
    """
    command_id = command_id or place_identity(version)
    data = event.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    payload = orjson.dumps({"idempotency_key": None, "data": data}).decode()
    new = NewEvent(derived(command_id, "event"), event.type, SCHEMA_VERSION, payload)
    content = "\n".join((event.type, *by, impersonator or "", correlation_id, payload))
    return Append(
        command_id,
        FINGERPRINT_VERSION + sha256(content.encode() + nonce).digest(),
        *by,
        impersonator,
        correlation_id,
        (Write(SYSTEM_STREAM, "system", SYSTEM_WORKSPACE, version, (new,)),),
    )


def stored(appended: Append, outcome: AppendOutcome) -> int | None:
    """Return the position of what is in the log; None if somebody else took its place."""
    match outcome:
        case Appended(position=position):
            return position
        case Repeated(position=position, fingerprint=fingerprint) if fingerprint == appended.fingerprint:
            return position
    return None


async def record(conn: "asyncpg.Connection[Any]", event: SystemEvent, operator: str) -> int:
    """Append what an operator did, by the account `operator`; return its position.

    Raises Contended, DATABASE_FAULTS.
    """
    for _ in range(ATTEMPTS):
        stream = await find_stream(conn, DEFAULT_LANE, SYSTEM_STREAM)
        version = 0 if stream is None else stream.version
        appended = system_append(event, (OPERATOR, operator), version)
        (outcome,) = await append(conn, DEFAULT_LANE, [appended])
        if (position := stored(appended, outcome)) is not None:
            return position
    raise Contended("The service's own stream was written by others first, many times in a row; try again.")


def system_event(event: StoredEvent) -> SystemEvent:
    """Return an event of the stream. Raises UnknownEvent for what a newer release wrote, and what was erased."""
    return decode_as(event, SYSTEM_EVENT_TYPES, SCHEMA_VERSION)


# It goes through the whole stream, which people who sign in make long.
KEYS_TOLD = f"""
    SELECT {COLUMNS} FROM onering.events
     WHERE lane = $1 AND stream_id = $2 AND type IN ('log_opened', 'log_key_added') ORDER BY version"""


async def keys_told(conn: Reader) -> list[str]:
    """Return the public keys of the log that it ever told of, as people pin them, oldest first.

    Raises DATABASE_FAULTS.
    """
    events = [system_event(StoredEvent(*row)) for row in await conn.fetch(KEYS_TOLD, DEFAULT_LANE, SYSTEM_STREAM)]
    return [event.key for event in events if isinstance(event, LogOpened | LogKeyAdded)]
