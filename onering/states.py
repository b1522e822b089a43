"""The rules states of drafts in this process: what `decide` is asked about, kept current by the tail."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
from pydantic import TypeAdapter

from onering.domain import state as domain_state
from onering.domain.refusals import NotFound
from onering.domain.state import DraftState, evolve
from onering.log.codec import UnknownEvent, decode
from onering.log.event import StoredEvent
from onering.log.reader import read_stream
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail

logger = logging.getLogger(__name__)

PAGE = 1000

# After one of these, what was known of a segment may be so no more.
REWRITING = frozenset({"segment_amended", "segment_withdrawn"})

# What an entry costs beside its members, and each member, in bytes; measured with tracemalloc on CPython 3.11.
ENTRY_BYTES, MEMBER_BYTES = 1400, 200


class Tip(NamedTuple):
    """What the next command of a draft is decided on; `generation` tells which line of predictions it belongs to."""

    version: int
    state: DraftState
    generation: int


@dataclass(slots=True)
class Entry:
    """One draft: its confirmed state, and beyond it the state predicted from commands still on their way.

    A prediction that fails takes with it everything decided on top of it: `generation` counts these failures, so
    that only the first of the commands that fail together throws the predictions away. `exhausted` counts the commands
    that failed because a plan had no room for them. `saved` is the version of its newest snapshot.
    """

    lane: int
    version: int
    state: DraftState
    unknown: UnknownEvent | None = None
    predicted: tuple[int, DraftState] | None = None
    generation: int = 0
    exhausted: int = 0
    in_flight: int = 0
    newest: "asyncio.Future[Any] | None" = None
    saved: int = 0
    rewritten: int = 0

    @property
    def tip(self) -> Tip:
        """The newest state, predicted or confirmed."""
        version, state = self.predicted or (self.version, self.state)
        return Tip(version, state, self.generation)

    @property
    def confirmed(self) -> Tip:
        """The newest state that is in the log, as far as this process knows."""
        return Tip(self.version, self.state, self.generation)

    def predict(self, version: int, state: DraftState, *, rewritten: bool = False) -> None:
        """Decide what follows on `state`, which the draft will have at `version` if all goes well."""
        self.predicted = (version, state)
        if rewritten:
            self.rewritten = version

    def mistaken(self, generation: int) -> None:
        """A command of that generation failed: what was predicted since is void."""
        if generation == self.generation:
            self.generation += 1
            self.predicted = None
            self.rewritten = min(self.rewritten, self.version)

    def apply(self, event: StoredEvent) -> bool:
        """Move on by one event of the log, unless it is known already; False if it leaves a gap."""
        if event.version <= self.version or self.unknown is not None:
            return True
        if event.version != self.version + 1:
            return False
        try:
            state = evolve(self.state, decode(event), event.recorded_at)
        except UnknownEvent as unknown:
            logger.error("commands of draft %s are refused here: %s", event.stream_id, unknown)
            self.unknown = unknown
            return True
        # A create may be sent again from another workspace than the first time; the draft stays where it is.
        self.state = state._replace(workspace_id=event.workspace_id) if event.version == 1 else state
        self.version = event.version
        if event.type in REWRITING:
            self.rewritten = max(self.rewritten, event.version)
        if self.predicted is not None and self.predicted[0] <= self.version:
            self.predicted = None
        return True

    @property
    def closed(self) -> bool:
        """Whether it is a draft that a newer release wrote to."""
        return self.unknown is not None and self.unknown.event.stream_type == "draft"

    @property
    def size(self) -> int:
        """Estimate of its memory, in bytes."""
        return ENTRY_BYTES + MEMBER_BYTES * len(self.state.members)


# Names the code that wrote a snapshot: a state of another shape, or evolved by other rules, is not read.
FORMAT = sha256(Path(domain_state.__file__).read_bytes()).hexdigest()[:16]

_STATES = TypeAdapter(DraftState)


class DraftStates:
    """A bounded cache of rules states, least recently used first out; drafts with commands in flight stay."""

    def __init__(
        self, pool: "asyncpg.Pool[Any]", tail: Tail, snapshots: Snapshots, *, capacity_bytes: int, snapshot_events: int
    ) -> None:
        self._pool = pool
        self._lane = tail.lane
        self._snapshots = snapshots
        self._snapshot_events = snapshot_events
        self._capacity = capacity_bytes
        self._bytes = 0
        self._entries: OrderedDict[UUID, Entry] = OrderedDict()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._loading: dict[UUID, int] = {}
        self._rewinds = 0
        tail.subscribe(self._follow)
        tail.on_rewind(self._forget_all)

    def known(self, draft_id: UUID) -> Entry | None:
        """Return the draft's entry if it is here."""
        if (entry := self._entries.get(draft_id)) is not None:
            self._entries.move_to_end(draft_id)
        return entry

    async def entry(self, draft_id: UUID) -> Entry:
        """Return the draft's entry, without any await if it is here, else from the log. Raises NotFound."""
        return self.known(draft_id) or await self._load(draft_id)

    def create(self, draft_id: UUID, workspace_id: UUID) -> Entry:
        """Return the entry of a draft about to be created; if it exists after all, appending to it will tell."""
        if (entry := self._entries.get(draft_id)) is None:
            entry = Entry(self._lane, 0, DraftState(draft_id, workspace_id))
            self._keep(draft_id, entry)
        return entry

    async def refresh(self, draft_id: UUID, entry: Entry) -> None:
        """Bring an entry to where the log stands now, ahead of the tail."""
        while page := await read_stream(self._pool, self._lane, draft_id, entry.version, PAGE):
            self._apply(draft_id, entry, page)
            if entry.unknown is not None:
                return

    async def _load(self, draft_id: UUID) -> Entry:
        async with self._locks.setdefault(draft_id, asyncio.Lock()):
            if (entry := self._entries.get(draft_id)) is not None:
                return entry
            rewinds = self._rewinds
            # The tail goes on while the log is read: what it delivers of this draft until then is noted, and the
            # entry is kept only once it has that too. From there on the tail itself keeps it current.
            self._loading[draft_id] = 0
            try:
                entry = await self._read(draft_id)
                while entry.unknown is None and entry.version < self._loading[draft_id]:
                    await self.refresh(draft_id, entry)
            finally:
                del self._loading[draft_id]
            if rewinds == self._rewinds:
                self._keep(draft_id, entry)
                return entry
        # What was read may be of the log that is no more.
        return await self._load(draft_id)

    async def _read(self, draft_id: UUID) -> Entry:
        if (snapshot := await self._snapshots.find(draft_id)) is None:
            raise NotFound("There is no such draft.")
        state = DraftState(draft_id, snapshot.workspace_id)
        if snapshot.state is not None:
            state = _STATES.validate_json(snapshot.state)
        entry = Entry(self._lane, snapshot.version, state, saved=snapshot.version, rewritten=snapshot.version)
        await self.refresh(draft_id, entry)
        return entry

    def _follow(self, events: Sequence[StoredEvent]) -> None:
        for event in events:
            # Whether or not there is an entry: a create that was sent again may have made one, which the load replaces.
            if event.stream_id in self._loading:
                self._loading[event.stream_id] = event.version
            if (entry := self._entries.get(event.stream_id)) is not None:
                self._apply(event.stream_id, entry, (event,))

    def _apply(self, draft_id: UUID, entry: Entry, events: Sequence[StoredEvent]) -> None:
        kept = self._entries.get(draft_id) is entry
        before = entry.size
        for event in events:
            if not entry.apply(event):
                # Only an entry that began at version 0 for a draft that existed already; the next use reads it anew.
                if kept:
                    del self._entries[draft_id]
                    self._bytes -= before
                return
        if kept:
            self._bytes += entry.size - before
        if entry.version - entry.saved >= self._snapshot_events:
            entry.saved = entry.version
            self._snapshots.offer(draft_id, entry.version, _STATES.dump_json(entry.state))

    def _keep(self, draft_id: UUID, entry: Entry) -> None:
        if (replaced := self._entries.pop(draft_id, None)) is not None:
            self._bytes -= replaced.size
        self._entries[draft_id] = entry
        self._bytes += entry.size
        while self._bytes > self._capacity:
            oldest, least_used = next(iter(self._entries.items()))
            if least_used.in_flight or oldest == draft_id:
                self._entries.move_to_end(oldest)
                return
            del self._entries[oldest]
            self._bytes -= least_used.size

    def _forget_all(self) -> None:
        self._rewinds += 1
        self._entries.clear()
        self._bytes = 0
