"""Snapshots of drafts as prepared frames, read once for all who join at the same time."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

from onering.live import frames
from onering.live.session import Session
from projections.document import DraftDocument, SegmentPage
from projections.drafts import read_draft
from projections.models import ReadModels
from projections.people import display_names
from projections.rendering import people_of, render_draft

# How many segments a snapshot has; older ones come by REST.
SEGMENTS = 200

# Readers come in crowds, when a link is shared or a process stops. A snapshot is good for this long, in seconds (people
# change their names), and this many are kept.
_GOOD_FOR = 1.0
_MOST = 16


class Snapshot(NamedTuple):
    """A draft at one version, which is at `position` of the log, as the frame that shows it."""

    version: int
    position: int
    frame: bytes
    document: DraftDocument
    read_at: float

    def readable_by(self, session: Session) -> bool:
        """Whether a person may read the draft at this version."""
        return self.document.readable_by(session.user_id, session.workspace_id)


class Snapshots:
    """Reads through `models`; a draft is read by one at a time, and the others look at what that one found."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._kept: OrderedDict[UUID, Snapshot] = OrderedDict()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._rewinds = 0

    async def read(self, draft_id: UUID, oldest: int) -> Snapshot | None:
        """Return the draft at version `oldest` or newer; None if there is none.

        Raises UnknownEvent, DATABASE_FAULTS, NotBuilt.
        """
        now = asyncio.get_running_loop().time
        async with self._locks.setdefault(draft_id, asyncio.Lock()):
            kept = self._kept.get(draft_id)
            if kept is not None and kept.version >= oldest and now() - kept.read_at < _GOOD_FOR:
                return kept
            rewinds = self._rewinds
            document = await read_draft(self._models, draft_id, SegmentPage(last=SEGMENTS))
            if document is None:
                return None
            names = await display_names(self._models.pool, people_of(document))
            frame = frames.snapshot(document.version, render_draft(document, names))
            read = Snapshot(document.version, document.position, frame, document, now())
            if rewinds == self._rewinds:
                self._keep(draft_id, read)
            return read

    def forget(self) -> None:
        """Forget everything: the log is another one than before."""
        self._rewinds += 1
        self._kept.clear()

    def _keep(self, draft_id: UUID, snapshot: Snapshot) -> None:
        self._kept[draft_id] = snapshot
        self._kept.move_to_end(draft_id)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
