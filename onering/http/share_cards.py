"""What is shown of a draft where it is shared: a card as JSON and as a picture, with nothing secret in it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from onering.domain.values import Status
from onering.http.analytics import FigureParameters
from onering.http.answers import Answer, Header, at_position
from onering.http.call import Call
from onering.http.links import Links
from onering.http.parameters import parameters
from onering.http.pictures import picture, theme_of
from onering.http.reading import Reading, reader
from onering.http.told import Told
from onering.log.wire import timestamp
from projections.document import DraftDocument, SegmentPage
from projections.drafts import read_draft
from projections.people import display_names
from projections.rendering import draft_metrics
from projections.segment_count import count_segments

# Most people on a card, and the longest top line, in code points.
CONTRIBUTORS, TOP_LINE = 5, 160
SVG = "image/svg+xml; charset=utf-8"
# The picture is whole in itself; opened as a page, it loads and runs nothing.
_POLICY: Header = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")


class ShareCards:
    """The endpoints of a draft's share card, for whoever may read the draft."""

    def __init__(self, reading: Reading, links: Links) -> None:
        self._reading = reading
        self._links = links

    async def share_card(self, call: Call) -> Told:
        """GET /v1/collab/drafts/{draft_id}/share-card: what is shown of the draft where it is shared."""
        return await self._card(call)

    async def share_card_picture(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}/share-card.svg: the share card as a picture of 1200 by 630."""
        card = await self._card(call)
        return Answer(picture(card.value).encode(), headers=(*card.headers, _POLICY), media_type=SVG.encode())

    async def _card(self, call: Call) -> Told:
        asked, draft_id, reading = parameters(call, FigureParameters), call.draft_id(), self._reading
        now, read_at = asked.now or reading.clock(), reading.read_at(call)
        await reading.readable(call, draft_id)
        segments = await count_segments(reading.models, draft_id, read_at)
        document = await read_draft(reading.models, draft_id, SegmentPage(limit=1))
        # Judged as it was read: it may have been closed to the caller meanwhile.
        if document is None or not document.readable_by(*reader(call.identity)):
            raise reading.hidden(call, exists=document is not None)
        names = await display_names(reading.models.pool, [*_contributors(document), document.holder_id])
        url = f"{self._links.base(call)}/drafts/{draft_id}"
        card = share_card(document, segments, names, now, url)
        return Told(card, (at_position(reading.place(document.position)),))


def share_card(
    document: DraftDocument, segments: int, names: Mapping[str, str], now: datetime, url: str
) -> dict[str, Any]:
    """Return the JSON value of a card of a draft with so many segments; `names` has its contributors and the holder."""
    figures = draft_metrics(document, now)
    return {
        "draft_id": str(document.draft_id),
        "title": f"Collab Thread: {document.title}",
        "subtitle": _subtitle(document, names),
        "metrics": {
            "contributors_count": figures["contributorsCount"],
            "ring_passes_last_24h": figures["ringPassesLast24h"],
            "avg_minutes_between_passes": figures["avgMinutesBetweenPasses"],
            "segments_count": segments,
        },
        "contributors": [names[person] for person in _contributors(document)],
        "top_line": _top_line(document),
        "cta": {"label": "Join the thread" if document.status == Status.ACTIVE else "Read the thread", "url": url},
        "theme": asdict(theme_of(document.platform)),
        "generated_at": timestamp(now),
    }


def _contributors(document: DraftDocument) -> Sequence[str]:
    """Return the first people of a draft: its owner, then those who wrote, in order of their first segment."""
    return list(dict.fromkeys((document.owner_id, *document.authors)))[:CONTRIBUTORS]


def _subtitle(document: DraftDocument, names: Mapping[str, str]) -> str:
    match document.status:
        case Status.COMPLETED:
            return "Finished, one turn at a time"
        case Status.ARCHIVED:
            return "Put away, one turn at a time"
        case Status.LOCKED:
            return "Resting for a while"
    return f"It is the turn of {names[document.holder_id]}"


def _top_line(document: DraftDocument) -> str:
    """Return how it begins: the first line of the first segment, cut where it gets too long."""
    if not document.segments:
        return "Nobody has written yet."
    first = document.segments[0].content.strip().split("\n")[0].strip()
    return first if len(first) <= TOP_LINE else first[: TOP_LINE - 1].rstrip() + "…"
