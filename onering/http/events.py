"""A draft's events, as what their reader asked for: pages of JSON, or a stream that goes on."""

from typing import NamedTuple

from starlette.types import ASGIApp, Send

from onering.http.answers import Reply
from onering.http.call import Call
from onering.http.commands import Endpoint

STREAM = "text/event-stream"


class HandedOver(NamedTuple):
    """An answer that another application gives to the same request."""

    application: ASGIApp
    call: Call

    async def send(self, send: Send) -> None:
        """Have it answered."""
        await self.call.hand_over(self.application, send)


class Events:
    """GET /v1/collab/drafts/{draft_id}/events: `pages` answers with one page, `stream` with Server-Sent Events."""

    def __init__(self, pages: Endpoint, stream: ASGIApp) -> None:
        self._pages = pages
        self._stream = stream

    async def __call__(self, call: Call) -> Reply:
        """Answer with what the call accepts."""
        if call.head_only or not _accepts_stream(call):
            return await self._pages(call)
        return HandedOver(self._stream, call)


def _accepts_stream(call: Call) -> bool:
    """Whether a stream is named by `Accept` (RFC 9110 §12.5.1), with more weight than JSON by its name."""
    weights = {STREAM: 0.0, "application/json": 0.0}
    for part in ",".join(call.values(b"accept")).split(","):
        media_type, *parameters = (text.strip().lower() for text in part.split(";"))
        if media_type in weights:
            weights[media_type] = next((_weight(text[2:]) for text in parameters if text.startswith("q=")), 1.0)
    return weights[STREAM] > weights["application/json"]


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
