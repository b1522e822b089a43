"""A history checker: what every reader of every process saw, and what people sent, against P1 to P7 of the live feed.

The promises are those of docs/LIVE.md, in its order. Nothing here does I/O: scripts/soaking/seen.py records what is
checked, and scripts/soaking/logged.py has what it is checked against.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from onering.live.ends import ACCESS_ENDED
from scripts.soaking.logged import Draft, Log
from scripts.soaking.seen import LOST, Connection, Event, Events, Live, Reader, Snapshot, Welcome

_ENDED = ACCESS_ENDED.close_code


@dataclass(frozen=True)
class Sent:
    """A command of one event that somebody sent; `version` is what was acknowledged, None if nothing was."""

    user: str
    draft: str
    key: str
    version: int | None


@dataclass(frozen=True)
class Violation:
    """A promise that was not kept, to whom, and at which version."""

    promise: str
    reader: str
    version: int
    what: str

    def __str__(self) -> str:
        return f"{self.promise} {self.reader} at {self.version}: {self.what}"


Found = Iterator[tuple[int, str]]


def violations(
    log: Log, readers: Sequence[Reader], sent: Sequence[Sent] = (), *, settled: bool = True
) -> list[Violation]:
    """Return everything that contradicts a promise.

    `settled`: the log has stood still for longer than a heartbeat, and everybody had the time to see its end.
    """
    found = []
    for reader in readers:
        draft, seen = log.drafts[reader.draft], _Applied(reader)
        for connection in reader.connections:
            held, where = _Held(log.epoch, draft, reader, connection, settled), f"{reader.name} on {connection.process}"
            found += [Violation(promise, where, *what) for promise, of in _BY_CONNECTION.items() for what in of(held)]
        missed = _missed(draft, reader, seen) if settled else ()
        found += [Violation("P2", reader.name, *what) for what in (*seen.wrong, *missed)]
        found += [Violation("P6", reader.name, *what) for what in _unconfirmed(reader, seen, sent)]
    return found + _misstored(log, sent)


@dataclass(frozen=True)
class _Held:
    """One connection, and what it is held against."""

    epoch: str
    draft: Draft
    reader: Reader
    connection: Connection
    settled: bool

    @property
    def last(self) -> int:
        """The last version that came on it."""
        return max([self.welcome.start, *(event.version for event in self.connection.delivered())])

    @property
    def welcome(self) -> Welcome:
        """What came first; `_in_order` complains if it did not."""
        return self.connection.welcome or Welcome(0, 0, "", "")

    @property
    def open(self) -> bool:
        """Whether it should have what was written last."""
        return self.settled and self.connection.code is None


def _in_order(held: _Held) -> Found:
    """P1: versions after `welcome` are exactly from + 1, from + 2, …"""
    frames = held.connection.frames
    if frames and held.connection.welcome is None:
        yield 0, f"began with {frames[0]}"
    last, live = held.welcome.start, False
    for frame in frames[1:]:
        match frame:
            case Welcome():
                yield last, "welcomed again"
            case Events(events=events):
                for event in events:
                    if event.version != last + 1:
                        yield event.version, f"came after {last}"
                    last = event.version
            case Live(version=version):
                if live or version != last:
                    yield version, f"called live at {last}" + ", again" * live
                live = True
    if held.open and not live:
        yield last, "never called live"


def _same_bytes(held: _Held) -> Found:
    """P3: every reader gets the same bytes for a given event."""
    if held.welcome.epoch != held.epoch:
        return
    stored = held.draft.events
    for event in held.connection.delivered():
        if not 0 < event.version <= len(stored):
            yield event.version, f"is not in the log: {event.raw!r}"
        elif event.raw != stored[event.version - 1]:
            yield event.version, f"came as {event.raw!r}, and is {stored[event.version - 1]!r}"


def _told(held: _Held) -> Found:
    """P4: where a range is not served as asked, the client is told."""
    asked, welcome = held.connection, held.connection.welcome
    if welcome is None:
        return
    same = asked.epoch in (None, welcome.epoch)
    if welcome.mode != "snapshot":
        expected = 0 if asked.after is None and asked.events else asked.after
        if welcome.start != expected or not same:
            yield welcome.start, f"{welcome.mode} in {welcome.epoch}, after {expected} in {asked.epoch} was asked for"
    elif asked.events and same and (asked.after or 0) <= held.draft.head:
        yield welcome.start, f"a snapshot, although all events after {asked.after} were asked for"
    shown = [at for at, frame in enumerate(asked.frames) if isinstance(frame, Snapshot)]
    if shown != ([1] if welcome.mode == "snapshot" and len(asked.frames) > 1 else []):
        yield welcome.start, f"mode is {welcome.mode}, and a snapshot came as frames {shown}"
    elif shown and asked.frames[1] != Snapshot(welcome.start):
        yield welcome.start, f"{asked.frames[1]} is not where the feed goes on"


def _heartbeat(held: _Held) -> Found:
    """P5: a ping carries the head, so whoever is idle and missed something knows within one heartbeat."""
    pings = list(held.connection.pings())
    for head, last in pings:
        if not last <= head <= held.draft.head:
            yield last, f"pinged with head {head}, in a log of {held.draft.head}"
    for (before, _), (after, _) in pairwise(pings):
        if after < before:
            yield after, f"pinged with head {after} after {before}"
    newest = pings[-1][0] if pings else None
    if held.open and newest != held.draft.head and held.draft.readable(held.reader.user, held.draft.head):
        yield held.draft.head, f"the last ping said {newest}"


def _ended(held: _Held) -> Found:
    """P7: after the event that ends access nothing comes but 4403."""
    user, draft, code, last = held.reader.user, held.draft, held.connection.code, held.last
    if held.connection.welcome is None:
        return
    head, endings = held.welcome.head, draft.endings(user)
    if not draft.readable(user, head) and head not in endings:
        yield head, "welcomed without access"
    # Access was judged at the head of the welcome or before, and a later loss is never below it.
    ending = next((version for version in endings if version >= head), None)
    if ending is None:
        if code == _ENDED:
            yield last, f"closed with {_ENDED}, and access had not ended"
        return
    heads = [told for told, _ in held.connection.pings()]
    if above := [version for version in (last, *heads) if version > ending]:
        yield max(above), f"came after access had ended at {ending}"
    elif code == _ENDED and last != ending:
        yield ending, f"closed with {_ENDED} at {last}"
    elif (last == ending and code not in (_ENDED, LOST, None)) or held.open:
        yield ending, f"access ended, and the connection was closed with {code}"


_BY_CONNECTION = {"P1": _in_order, "P3": _same_bytes, "P4": _told, "P5": _heartbeat, "P7": _ended}


@dataclass
class _Applied:
    """What a reader applied that keeps the client's rule; `skipped` are the ranges it was told not to get."""

    reader: Reader
    last: int | None = None
    first: int = 0
    events: list[Event] = field(default_factory=list)
    skipped: list[range] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for connection in self.reader.connections:
            if self.last is not None and connection.after not in (None, self.last):
                self.wrong.append((connection.after or 0, f"asked to go on there, and had applied {self.last}"))
            if connection.welcome is not None:
                self._join(connection, connection.welcome)
            for event in connection.delivered():
                if self.last is not None and event.version == self.last + 1:
                    self.last = event.version
                    self.events.append(event)

    def _join(self, connection: Connection, welcome: Welcome) -> None:
        start = welcome.start
        if self.last is None:
            self.first = start
        elif welcome.mode == "snapshot":
            self.skipped.append(range(self.last + 1, start + 1))
        elif connection.after is not None and start != self.last:
            self.wrong.append((start, f"went on there after {self.last}"))
        if connection.after is None:
            # Perhaps it was told that this is another log, and begins anew.
            self.events = [event for event in self.events if event.version <= start]
        self.last = start


def _missed(draft: Draft, reader: Reader, seen: _Applied) -> Found:
    """P2: every event is observed exactly once, across connections, restarts and servers."""
    if seen.last != draft.head and draft.readable(reader.user, draft.head):
        yield draft.head, f"was never seen; the last is {seen.last}"


def _unconfirmed(reader: Reader, seen: _Applied, sent: Sequence[Sent]) -> Found:
    """P6: what was sent is confirmed by the one event of its sender and key."""
    mine = [command for command in sent if (command.user, command.draft) == (reader.user, reader.draft)]
    if not mine:
        return
    confirmed: dict[str | None, list[int]] = {}
    for event in seen.events:
        if event.actor == reader.user:
            confirmed.setdefault(event.key, []).append(event.version)
    for command in mine:
        told, version = confirmed.get(command.key, []), command.version
        if len(told) > 1:
            yield told[-1], f"{command.key} was confirmed at {told}"
        elif version is not None and told != [version] and (told or _was_due(version, seen)):
            yield version, f"{command.key} was acknowledged, and confirmed at {told}"


def _was_due(version: int, seen: _Applied) -> bool:
    within = seen.first < version <= (seen.last or 0)
    return within and not any(version in skipped for skipped in seen.skipped)


def _misstored(log: Log, sent: Sequence[Sent]) -> list[Violation]:
    """P6, of the log: an acknowledged command is there once, where it was said to be; no other is there twice."""
    found = []
    for command in sent:
        stored = log.drafts[command.draft].keys.get((command.user, command.key), [])
        if len(stored) > 1 or (command.version is not None and stored != [command.version]):
            what = f"{command.key} was acknowledged as {command.version}, and is stored at {stored}"
            found.append(Violation("P6", f"{command.user}, who sent it,", command.version or stored[0], what))
    return found
