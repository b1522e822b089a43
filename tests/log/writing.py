"""What the tests of the log append: commands small enough to read in an assertion."""

from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from onering.log.append import Append, Guard, NewEvent, Write

WORKSPACE = UUID(int=9)


def stream(name: str) -> UUID:
    return uuid5(WORKSPACE, name)


def write(name: str, expected: int, *texts: str, stream_type: str = "draft", workspace: UUID = WORKSPACE) -> Write:
    events = tuple(NewEvent(uuid4(), "noted", 1, f'{{"idempotency_key":null,"data":{{"t":"{t}"}}}}') for t in texts)
    return Write(stream(name), stream_type, workspace, expected, events)


def command(*writes: Write, identity: UUID | None = None, stamp: str = "a", guards: tuple[Guard, ...] = ()) -> Append:
    digest = b"\x01" + sha256(stamp.encode()).digest()
    return Append(identity or uuid4(), digest, "test", "alice", None, "request-1", writes, guards=guards)
