"""What a reader of a draft saw, frame by frame and connection by connection, while it kept the rule of docs/LIVE.md."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from onering.live.ends import RESYNC

# How a connection ends that nobody closed: the network did, or whoever was at its other end died (RFC 6455 §7.4.1).
LOST = 1006


class Event(NamedTuple):
    """One event of an `events` frame; `raw` is its bytes as they came."""

    version: int
    actor: str
    key: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first frame; `start` is its `from`."""

    start: int
    head: int
    epoch: str
    mode: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The draft at a version."""

    version: int


@dataclass(frozen=True, slots=True)
class Events:
    """Consecutive events."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """Catching up is done."""

    version: int


@dataclass(frozen=True, slots=True)
class Ping:
    """A heartbeat."""

    head: int


@dataclass(frozen=True, slots=True)
class Other:
    """A frame that no promise is about."""

    type: str


Frame = Welcome | Snapshot | Events | Live | Ping | Other

_BEFORE, _AFTER = '{"type":"events","events":[', "]}"
_DECODER = json.JSONDecoder()


@lru_cache(maxsize=1024)
def parse(text: str) -> Frame:
    """Return the frame that `text` is; many readers get the same one, and share it. Raises ValueError."""
    if text.startswith(_BEFORE):
        return Events(tuple(_split(text)))
    fields = json.loads(text)
    match fields["type"]:
        case "welcome":
            return Welcome(fields["from"], fields["head"], fields["epoch"], fields["mode"])
        case "snapshot":
            return Snapshot(fields["version"])
        case "live":
            return Live(fields["version"])
        case "ping":
            return Ping(fields["head"])
        case other:
            return Other(other)


def _split(text: str) -> Iterator[Event]:
    at = len(_BEFORE)
    while True:
        event, end = _DECODER.raw_decode(text, at)
        yield Event(event["version"], event["actor"]["id"], event["idempotency_key"], text[at:end].encode())
        if end == len(text) - len(_AFTER) and text.endswith(_AFTER):
            return
        if text[end] != ",":
            raise ValueError(f"not an `events` frame: {text[end:][:20]!r} at {end}")
        at = end + 1


@dataclass
class Connection:
    """One connection to `process`: what was asked for, what came, and the close code; None while it is open."""

    process: str
    after: int | None
    epoch: str | None
    events: bool
    frames: list[Frame] = field(default_factory=list)
    code: int | None = None

    @property
    def welcome(self) -> Welcome | None:
        """The first frame, if anything came."""
        first = self.frames[0] if self.frames else None
        return first if isinstance(first, Welcome) else None

    def delivered(self) -> Iterator[Event]:
        """All events, as they came."""
        for frame in self.frames:
            if isinstance(frame, Events):
                yield from frame.events

    def pings(self) -> Iterator[tuple[int, int]]:
        """Return the head of each ping, and the last version that had come before it."""
        last = 0
        for frame in self.frames:
            match frame:
                case Welcome(start=start):
                    last = start
                case Events(events=events):
                    last = events[-1].version
                case Ping(head=head):
                    yield head, last


@dataclass
class Reader:
    """A client of `user` on a draft; `events` has it ask for every event, however far back.

    `last` is the last version it applied and `epoch` the history that it belongs to: what it resumes with.
    """

    name: str
    user: str
    draft: str
    events: bool = True
    last: int | None = None
    epoch: str | None = None
    connections: list[Connection] = field(default_factory=list)

    def connected(self, process: str) -> Connection:
        """Begin a connection."""
        self.connections.append(Connection(process, self.last, self.epoch, self.events))
        return self.connections[-1]

    @property
    def query(self) -> str:
        """What a handshake with a header asks for, as a URL's query."""
        asked = {"after": self.last, "epoch": self.epoch, "mode": "events" if self.events else None}
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def took(self, text: str) -> bool:
        """Record a frame and apply it; False if the client's rule is to connect again."""
        frame = parse(text)
        self.connections[-1].frames.append(frame)
        match frame:
            case Welcome():
                self.last, self.epoch = frame.start, frame.epoch
            case Events():
                return all(self._applied(event.version) for event in frame.events)
        return True

    def _applied(self, version: int) -> bool:
        assert self.last is not None
        if version > self.last + 1:
            return False
        self.last = max(self.last, version)
        return True

    def closed(self, code: int) -> None:
        """End the connection."""
        self.connections[-1].code = code
        if code == RESYNC.close_code:
            self.last = self.epoch = None
