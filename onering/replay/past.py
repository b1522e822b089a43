"""A draft as it was, at a version or a time: folded from its events, as the API's `at` is."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from rich.text import Text

from onering.log.codec import UnknownEvent
from onering.log.event import StoredEvent
from onering.replay.chosen import Filter, in_utc
from onering.replay.faults import Misasked, NotThere
from onering.replay.source import Source
from onering.replay.timeline import visible
from projections.document import DraftDocument, fold
from projections.rendering import people_of, render_draft

_VERSION = re.compile(r"[0-9]{1,10}")


def moment(text: str) -> int | datetime:
    """Read `--at`: an integer is a version, anything else a time; UTC where it says no offset. Raises Misasked."""
    if _VERSION.fullmatch(text):
        return int(text)
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        raise Misasked(f"--at is a version, or a time like 2026-11-24T12:00:00Z; not {text!r}.") from None


async def draft_at(source: Source, draft_id: UUID, at: int | datetime | None) -> DraftDocument:
    """Return a draft as it was; None is as it is now. Raises NotThere, and DATABASE_FAULTS."""
    document, seen = None, False
    async for page in source.pages(Filter(draft=draft_id)):
        events = [record.event for record in page]
        seen = seen or bool(events)
        document = _folded(document, [event for event in events if _by_then(event, at)])
        if events and not _by_then(events[-1], at):
            break
    if not seen or (document is None and at is None):
        raise NotThere(f"There is no draft {draft_id} in this log.")
    if isinstance(at, int) and (document is None or document.version != at):
        raise NotThere(f"The draft has no version {at}; " + _newest(document))
    if document is None:
        raise NotThere(f"The draft did not exist at {at}.")
    return document


def _newest(document: DraftDocument | None) -> str:
    return f"its newest is {document.version}." if document else "its first is 1."


def _by_then(event: StoredEvent, at: int | datetime | None) -> bool:
    if at is None:
        return True
    return event.version <= at if isinstance(at, int) else event.recorded_at <= at


def _folded(document: DraftDocument | None, events: list[StoredEvent]) -> DraftDocument | None:
    for event in events:
        if event.payload is None:
            raise NotThere(f"The draft can't be shown: what was said at version {event.version} was erased.")
        if event.stream_type != "draft":
            raise NotThere(f"{event.stream_id} is no draft, but a stream of type {event.stream_type}.")
    try:
        return fold(document, events)
    except UnknownEvent as unknown:
        raise NotThere(f"The draft can't be shown: {unknown}.") from unknown
    except ValueError as gap:
        raise NotThere(f"The draft can't be shown, for not all of its events are here: {gap}.") from gap


async def rendered(source: Source, document: DraftDocument) -> dict[str, Any]:
    """Return the draft as the API's JSON has it; metrics as of its last change. Raises DATABASE_FAULTS."""
    names = await source.names(people_of(document))
    return render_draft(document, names, now=document.updated_at)


def told(draft: dict[str, Any]) -> Iterator[Text]:
    """Yield the lines that tell a person of a rendered draft."""
    yield Text(visible(draft["title"]), style="bold")
    if draft["description"]:
        yield Text.assemble("  ", visible(draft["description"]))
    ring = draft["ring_state"]
    yield from (
        _fact("draft", f"{draft['draft_id']}, {draft['visibility']}, {draft['status']}"),
        _fact("version", f"{draft['version']}, of {draft['updated_at']}"),
        _fact("begun", f"{draft['created_at']} by {draft['creator_id']}"),
        _fact("holder", f"{ring['current_holder_id']}, since {ring['passed_at']}"),
    )
    for member in draft["members"]:
        yield _fact("member", f"{member['user_id']} ({member['role']}), since {member['joined_at']}")
    yield _fact("segments", str(len(draft["segments"])))
    for segment in draft["segments"]:
        yield Text.assemble(
            (f"{segment['segment_order'] + 1:>4}  ", "dim"),
            (f"{visible(segment['author_user_id'])}  ", "bold"),
            visible(segment["content"]),
        )


def _fact(name: str, value: str) -> Text:
    return Text.assemble((f"  {name:<9}", "dim"), visible(value))
