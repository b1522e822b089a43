"""Following a draft in a terminal: what people write appears as they write it, across restarts of the server."""

import asyncio
import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

import orjson
from rich.console import Console
from rich.text import Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from projections.timeline import summary

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
# Beyond the longest frame that the feed sends: a snapshot of 200 segments, or a page of events.
LONGEST_FRAME = 16 * 1024 * 1024


class Refused(Exception):
    """The server will not let this person follow the draft; trying again is no use. The message is for a person."""


@dataclass(frozen=True, slots=True)
class Place:
    """What was applied last: a version, in the log of an epoch. None is nothing yet."""

    version: int | None = None
    epoch: str | None = None


async def follow(url: str, draft_id: UUID, headers: Mapping[str, str], console: Console) -> None:
    """Print a draft and what happens to it until cancelled, or until it is over.

    `url` is the service's, such as http://127.0.0.1:8000; `headers` say who follows. Raises Refused.
    """
    following = _Following(console)
    failures = 0
    while True:
        before = following.place
        code = await _connection(_feed_url(url, draft_id, following.place), headers, following)
        if code == 1000:
            return
        if 4400 <= code < 4500:
            raise Refused(_sentence(following.reason) or f"The feed ended with code {code}.")
        if code == 4005:
            following.place = Place()
        # What came in shows that it works: then the next try is made at once.
        failures = 0 if following.place != before else failures + 1
        if failures == 1:
            trouble = f"no connection to {url}" if following.place == Place() else "connection lost"
            console.print(Text(f"… {trouble}, trying again", style="dim"))
        await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**failures)) if failures else 0)


async def _connection(url: str, headers: Mapping[str, str], following: "_Following") -> int:
    """Follow on one connection; return how it ended: a close code, 1006 for one that broke or was never made."""
    try:
        async with connect(url, additional_headers=headers, ping_interval=None, max_size=LONGEST_FRAME) as socket:
            if not headers:
                # Nobody in particular joins by a first message; whoever has a header has joined with it.
                hello = {"type": "hello", "after": following.place.version, "epoch": following.place.epoch}
                await socket.send(orjson.dumps(hello).decode())
            return await _frames(socket, following)
    except InvalidStatus as refusal:
        status = refusal.response.status_code
        if status in (429, 500, 502, 503, 504):
            return 1006
        raise Refused(_detail(bytes(refusal.response.body or b"")) or f"The server answered {status}.") from None
    except InvalidURI:
        raise Refused("The service's URL is like http://127.0.0.1:8000.") from None
    except ConnectionClosed as closed:
        following.reason = closed.rcvd.reason if closed.rcvd else ""
        return closed.rcvd.code if closed.rcvd else 1006
    except (OSError, TimeoutError, InvalidHandshake):
        return 1006


async def _frames(socket: ClientConnection, following: "_Following") -> int:
    async for text in socket:
        frame = orjson.loads(text)
        if not following.apply(frame):
            # A version is missing: behind the same place the log has it.
            return 1006
        if frame["type"] == "ping":
            await socket.send(orjson.dumps({"type": "pong", "version": following.place.version}).decode())
    following.reason = socket.close_reason or ""
    return socket.close_code or 1006


class _Following:
    """Where a reader is, and what it shows: an event once, in order, whatever connection brings it (docs/LIVE.md)."""

    def __init__(self, console: Console) -> None:
        self.place = Place()
        self.reason = ""
        self._console = console

    def apply(self, frame: Mapping[str, Any]) -> bool:
        """Take in one frame; False if it shows that something was missed."""
        match frame["type"]:
            case "welcome":
                self.place = Place(frame["from"], frame["epoch"])
            case "snapshot":
                self._show(_snapshot(frame["draft"]))
            case "events":
                return all(self._event(event) for event in frame["events"])
            case "ping":
                return self.place.version is None or bool(frame["head"] <= self.place.version)
        return True

    def _event(self, event: Mapping[str, Any]) -> bool:
        last = self.place.version or 0
        if event["version"] > last + 1:
            return False
        if event["version"] == last + 1:
            self.place = Place(event["version"], self.place.epoch)
            self._show([_line(event)])
        return True

    def _show(self, lines: "Iterator[Text] | list[Text]") -> None:
        for line in lines:
            self._console.print(line)


def _snapshot(draft: Mapping[str, Any]) -> Iterator[Text]:
    yield Text(_visible(draft["title"]), style="bold underline")
    for segment in draft["segments"]:
        yield Text.assemble((f"{segment['author_user_id']}: ", "bold"), _visible(segment["content"]))
    yield Text(f"— {draft['ring_state']['current_holder_id']} holds the ring —", style="dim")


def _line(event: Mapping[str, Any]) -> Text:
    data, actor = event["data"] or {}, event["actor"]["id"]
    if event["type"] == "segment_added" and "content" in data:
        return Text.assemble((f"{actor}: ", "bold"), _visible(data["content"]))
    return Text(_visible(f"— {summary(event['type'], actor, data)}"), style="dim")


def _visible(text: str) -> str:
    """Show what would steer the terminal instead of sending it. Text of several lines flows, indented: no line of it
    can be taken for one of ours."""
    shown = (repr(character)[1:-1] if _steers(character) else character for character in text)
    return "".join(shown).replace("\n", "\n    ")


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in _OF_TEXT


# Line breaks, tabs, soft hyphens, and what joins emoji or parts words of some scripts.
_OF_TEXT = "\n\t\u00ad\u200c\u200d"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}." if reason else ""


def _feed_url(url: str, draft_id: UUID, place: Place) -> str:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    path = f"{parts.path.rstrip('/')}/v1/ws/drafts/{draft_id}"
    said = {"after": place.version, "epoch": place.epoch}
    query = urlencode({name: value for name, value in said.items() if value is not None})
    return urlunsplit((scheme, parts.netloc, path, query, ""))


def _detail(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["detail"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
