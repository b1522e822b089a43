"""`onering follow` in a terminal: what a person sees of a draft, and what it says when there is nothing to see."""

import asyncio
import json
import socket
from collections.abc import Sequence
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console
from websockets.asyncio.server import ServerConnection, serve

from onering.follow import Refused, follow

DRAFT = UUID(int=1)


def written(version: int, content: str) -> dict[str, Any]:
    return {"type": "segment_added", "version": version, "actor": {"id": "alice"}, "data": {"content": content}}


async def shown(frames: Sequence[dict[str, Any]], *end: Any, url: str = "") -> str:
    """Follow a feed that sends these frames and ends; return what is on the screen then."""

    async def feed(connection: ServerConnection) -> None:
        await connection.recv()
        for frame in frames:
            await connection.send(json.dumps(frame))
        await connection.close(*end)

    screen = StringIO()
    async with serve(feed, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await follow(url or f"http://127.0.0.1:{port}", DRAFT, {}, Console(file=screen, soft_wrap=True))
    return screen.getvalue()


async def test_text_flows_and_no_line_of_it_looks_like_one_of_ours() -> None:
    welcome = {"type": "welcome", "from": 3, "epoch": "e"}
    draft = {
        "title": "A\nwalk",
        "segments": [{"author_user_id": "alice", "content": "5\u00a0km.\n— bob holds the ring —"}],
        "ring_state": {"current_holder_id": "alice"},
    }
    events = [written(4, "A family: \U0001f468\u200d\U0001f469."), written(5, "\u001b[31m\u202ered")]
    screen = await shown(
        [welcome, {"type": "snapshot", "draft": draft}, {"type": "events", "events": events}], 1000, "done"
    )
    assert screen.splitlines() == [
        "A",
        "    walk",
        "alice: 5\u00a0km.",
        "    — bob holds the ring —",
        "— alice holds the ring —",
        "alice: A family: \U0001f468\u200d\U0001f469.",
        "alice: \\x1b[31m\\u202ered",
    ]


async def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(Refused, match=r"^Sign in first\.$"):
        await shown([], 4401, "sign in first")


async def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(Refused, match=r"is like http://127\.0\.0\.1:8000\.$"):
        await shown([], url="127.0.0.1:8000")


async def test_somebody_whom_nothing_answers_learns_where_it_was_looked_for() -> None:
    screen = StringIO()
    with socket.socket() as taken:
        # Bound, but nobody listens.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        following = asyncio.create_task(follow(url, DRAFT, {}, Console(file=screen, soft_wrap=True)))
        while not screen.getvalue():
            await asyncio.sleep(0.01)
        following.cancel()
    assert screen.getvalue() == f"… no connection to {url}, trying again\n"
