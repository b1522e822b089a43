"""Drafts as lists show them, kept as the bytes that were sent: lists show the same drafts over and over."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import orjson

from projections.draft_list import DraftPage
from projections.models import ReadModels
from projections.people import display_names
from projections.rendering import people_of, render_draft

# What a draft takes beside its bytes, about.
_BESIDE = 1024

Ask = Callable[[Mapping[UUID, int] | None], Awaitable[DraftPage]]
"""Reads a page, and the documents of those drafts on it whose versions are not given; given None, of none."""


class Rendered(NamedTuple):
    """A draft as JSON, and what the people in it were called."""

    body: bytes
    names: Mapping[str, str]


class Shelf:
    """Keeps at most `capacity` bytes, and lets go first of what was listed longest ago.

    A draft of one version never reads otherwise, but for the names of its people, which are looked up each time. Each
    build of the read models has a place of its own: a new one is made where what was written is erased.
    """

    def __init__(self, models: ReadModels, capacity: int) -> None:
        self._models = models
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[tuple[str, str, UUID, int], Rendered] = OrderedDict()

    async def page(self, epoch: str, ask: Ask) -> tuple[DraftPage, Sequence[bytes]]:
        """Return a page, and each of its drafts as JSON. Raises what `ask` does, DATABASE_FAULTS."""
        page = await ask(None)
        rendered = await self._still_so(epoch, page)
        if len(rendered) < len(page.versions):
            had = {draft_id: page.versions[draft_id] for draft_id in rendered}
            page = await self._with_others(epoch, page.build, had, ask, rendered)
        return page, [rendered[draft_id].body for draft_id in page.versions]

    async def _still_so(self, epoch: str, page: DraftPage) -> dict[UUID, Rendered]:
        """Return what is kept of a page and would be rendered the same now."""
        kept = {}
        for draft_id, version in page.versions.items():
            key = (epoch, page.build, draft_id, version)
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                kept[draft_id] = found
        names = await display_names(self._models.pool, {name for found in kept.values() for name in found.names})
        return {
            draft_id: found
            for draft_id, found in kept.items()
            if all(names[person] == name for person, name in found.names.items())
        }

    async def _with_others(
        self, epoch: str, build: str, had: Mapping[UUID, int], ask: Ask, rendered: dict[UUID, Rendered]
    ) -> DraftPage:
        """Read the page again with what is missing, render that, and keep it."""
        page = await ask(had)
        if page.build != build:
            page = await ask({})
        names = await display_names(self._models.pool, people_of(*page.documents))
        for document in page.documents:
            body = orjson.dumps(render_draft(document, names))
            made = Rendered(body, {person: names[person] for person in people_of(document)})
            rendered[document.draft_id] = made
            self._keep((epoch, page.build, document.draft_id, document.version), made)
        return page

    def _keep(self, key: tuple[str, str, UUID, int], made: Rendered) -> None:
        if (before := self._kept.pop(key, None)) is not None:
            self._size -= len(before.body) + _BESIDE
        self._kept[key] = made
        self._size += len(made.body) + _BESIDE
        while self._size > self._capacity:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body) + _BESIDE
