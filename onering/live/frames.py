"""What the server says: each message of the feed as one prepared WebSocket text frame."""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from json import JSONDecoder
from typing import Any
from uuid import UUID

import orjson

from onering.log.wire import WIRE, timestamp

# FIN and the text opcode; a server's frames are not masked (RFC 6455 §5.2).
_TEXT = 0x81

# What an `events` frame holds beside its events.
_BEFORE, _AFTER = b'{"type":"events","events":[', b"]}"


_DECODER = JSONDecoder()


def text_frame(payload: bytes) -> bytes:
    """Return an unfragmented, unmasked text frame around `payload`, which is UTF-8."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", _TEXT, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", _TEXT, 126, size) + payload
    return struct.pack("!BBQ", _TEXT, 127, size) + payload


def text_of(frame: bytes) -> str:
    """Return the text inside a frame that `text_frame` made."""
    return frame[_payload_at(frame) :].decode()


def is_events(frame: bytes) -> bool:
    """Whether that is an `events` frame."""
    return frame.startswith(_BEFORE, _payload_at(frame))


def _payload_at(frame: bytes) -> int:
    return {126: 4, 127: 10}.get(frame[1], 2)


def events(encoded: Iterable[bytes]) -> bytes:
    """`events`: consecutive events in their final bytes, to be applied as a whole."""
    return text_frame(b"%b%b%b" % (_BEFORE, b",".join(encoded), _AFTER))


def events_in(frame: bytes) -> Iterator[tuple[int, str, str]]:
    """Return the version, the type and the exact text of each event in an `events` frame."""
    text, at = text_of(frame), len(_BEFORE)
    while at < len(text) - len(_AFTER):
        event, end = _DECODER.raw_decode(text, at)
        yield event["version"], event["type"], text[at:end]
        at = end + 1


def pages(encoded: Sequence[bytes], most_events: int, most_bytes: int) -> Iterator[Sequence[bytes]]:
    """Cut events into pages whose `events` messages respect both limits; a page has one event at least."""
    start, size = 0, len(_BEFORE) + len(_AFTER)
    empty = size
    for at, event in enumerate(encoded):
        if at > start and (at - start >= most_events or size + len(event) > most_bytes):
            yield encoded[start:at]
            start, size = at, empty
        size += len(event) + 1
    if start < len(encoded):
        yield encoded[start:]


def welcome(
    *,
    connection_id: UUID,
    draft_id: UUID,
    user_id: str | None,
    epoch: str,
    start: int,
    head: int,
    mode: str,
    heartbeat_seconds: float,
    token_expires_at: datetime | None,
) -> bytes:
    """`welcome`: versions after it are start + 1, start + 2, …; `mode` is resume, snapshot or events."""
    return _frame(
        "welcome",
        connection_id=str(connection_id),
        draft_id=str(draft_id),
        user_id=user_id,
        epoch=epoch,
        **{"from": start},
        head=head,
        mode=mode,
        wire=WIRE,
        heartbeat_seconds=heartbeat_seconds,
        token_expires_at=_time(token_expires_at),
    )


def snapshot(version: int, draft: Mapping[str, object]) -> bytes:
    """`snapshot`: the draft as it is at `version`, in the shape of the REST answer."""
    return _frame("snapshot", version=version, draft=draft)


def live(version: int) -> bytes:
    """`live`: catching up is done; from here on events come as they happen."""
    return _frame("live", version=version)


def ping(head: int) -> bytes:
    """`ping`: the draft is at version `head`; the client answers `pong`."""
    return _frame("ping", head=head)


def pong(head: int) -> bytes:
    """`pong`: the answer to a client's `ping`."""
    return _frame("pong", head=head)


def people(names: Mapping[str, str]) -> bytes:
    """`people`: how some people are called from now on, by user id."""
    return _frame("people", people=[{"user_id": user_id, "display": name} for user_id, name in names.items()])


def presence(*, mode: str, people: Sequence[str], left: Sequence[str], count: int, anonymous: int) -> bytes:
    """`presence`: who is there; `mode` is state (`people` are all), diff (`people` came) or counts (a crowd)."""
    return _frame("presence", mode=mode, people=people, left=left, count=count, anonymous=anonymous)


def typing(user_id: str, seconds: float) -> bytes:
    """`typing`: the holder of the ring types, or did within the last `seconds`."""
    return _frame("typing", user_id=user_id, seconds=seconds)


def token_expiring(expires_at: datetime) -> bytes:
    """`token_expiring`: send `auth` with a fresh token."""
    return _frame("token_expiring", token_expires_at=_time(expires_at))


def token_accepted(expires_at: datetime | None) -> bytes:
    """`token_accepted`: the fresh token counts from now on."""
    return _frame("token_accepted", token_expires_at=_time(expires_at))


def goaway(reason: str, window: float) -> bytes:
    """`goaway`: this connection will be closed within `window` seconds."""
    return _frame("goaway", reason=reason, window=window)


def error(code: str, message: str, *, retry: bool) -> bytes:
    """`error`: something the client asked for failed, and the connection goes on."""
    return _frame("error", code=code, message=message, retry=retry)


def _frame(type: str, **fields: Any) -> bytes:
    return text_frame(orjson.dumps({"type": type, **fields}))


def _time(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
