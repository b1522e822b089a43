"""Who uses the service while it is broken: writers that retry with their key, readers that go on where they were."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from scripts.soaking.score import Score
from scripts.soaking.seen import LOST, Events, Reader, parse

WRITER, OTHER, GUEST = "alice", "bob", "carol"
WHO = {"X-User-Id": WRITER}
RETRY_SECONDS = 0.05
POLL_SECONDS = 0.1
# Whoever waits longer for an answer was left hanging: the longest command, a frozen worker, and a busy machine.
HANGING_SECONDS = 25.0


def _client(url: str, user: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, headers={"X-User-Id": user}, trust_env=False, timeout=httpx.Timeout(HANGING_SECONDS)
    )


async def drafts(url: str, number: int) -> list[str]:
    """Create public drafts as the writer and return their ids."""
    async with _client(url, WRITER) as client:
        bodies = [{"title": f"Soak {n}", "visibility": "public"} for n in range(number)]
        answers = [(await client.post("/v1/collab/drafts", json=body)).json() for body in bodies]
    return [answer["data"]["draft_id"] for answer in answers]


async def write(name: str, url: str, drafts: list[str], score: Score, stop: asyncio.Event) -> None:
    """Add segments until told to stop; each is sent again with its key until it is acknowledged."""
    async with _client(url, WRITER) as client:
        for n in count():
            if stop.is_set():
                return
            score.now.sent += 1
            draft, key = drafts[n % len(drafts)], f"{name}-{n}"
            command = {"type": "add-segment", "draft_id": draft, "content": key, "idempotency_key": key}
            score.acknowledge(draft, key, (await _insist(client, command, score))["version"])


async def take_turns(url: str, draft: str, score: Score, stop: asyncio.Event) -> None:
    """Have the ring of a draft go from the writer to somebody else and back, until told to stop: whoever writes there
    meanwhile is refused, or decided on a state that is about to change.
    """
    async with _client(url, WRITER) as here, _client(url, OTHER) as there:
        of = {"draft_id": draft}
        let_in = {"type": "add-collaborator", "collaborator_id": OTHER, "idempotency_key": "let-in"}
        await _insist(here, of | let_in, score)
        for n in count():
            if stop.is_set():
                return
            # There and back, by name or by a strategy, which has one to choose from.
            for client, to in ((here, OTHER), (there, WRITER)):
                named = {"type": "pass-ring", "to_user_id": to}
                chosen = {"type": "pass-ring-smart", "strategy": ("round_robin", "most_inactive")[n % 4 // 2]}
                command = (named if n % 2 else chosen) | {"idempotency_key": f"to-{to}-{n}"}
                await _insist(client, of | command, score)
                await asyncio.sleep(random.uniform(0, 0.1))


async def change_much(url: str, draft: str, score: Score, stop: asyncio.Event) -> None:
    """Do to a draft whatever else its owner may, round after round, until told to stop: texts are rewritten, fields
    edited, roles changed, and somebody is invited, joins and leaves.
    """
    async with _client(url, WRITER) as owner, _client(url, GUEST) as guest:
        for n in count():
            if stop.is_set():
                return
            await _rewrite(owner, draft, n, score)
            await _manage(owner, draft, n, score)
            await _invite(owner, guest, draft, n, score)


async def _rewrite(owner: httpx.AsyncClient, draft: str, n: int, score: Score) -> None:
    """Write a segment, amend it, and take every other one out again."""
    of, key = {"draft_id": draft}, f"rewrite-{n}"
    add = {"type": "add-segment", "content": key, "idempotency_key": key}
    written = await _insist(owner, of | add, score)
    score.now.sent += 1
    score.acknowledge(draft, key, written["version"])
    segment = {"segment_id": written["events"][0]["data"]["segment_id"]}
    amend = {"type": "amend-segment", "content": f"Or {n}", "idempotency_key": f"amend-{n}"}
    await _insist(owner, of | segment | amend, score)
    if n % 2:
        withdraw = {"type": "withdraw-segment", "idempotency_key": f"withdraw-{n}"}
        await _insist(owner, of | segment | withdraw, score)


async def _manage(owner: httpx.AsyncClient, draft: str, n: int, score: Score) -> None:
    of = {"draft_id": draft}
    edit = {"type": "edit-draft", "title": f"Soak {n}", "turn_limit_hours": 1 + n % 9, "idempotency_key": f"edit-{n}"}
    await _insist(owner, of | edit, score)
    for type in ("lock-draft", "unlock-draft"):
        await _insist(owner, of | {"type": type, "idempotency_key": f"{type}-{n}"}, score)


async def _invite(owner: httpx.AsyncClient, guest: httpx.AsyncClient, draft: str, n: int, score: Score) -> None:
    """Have somebody invited, join, be made a viewer, and leave."""
    of = {"draft_id": draft}
    invite = {"type": "create-invite", "target_user_id": GUEST, "idempotency_key": f"invite-{n}"}
    made = (await _insist(owner, of | invite, score))["invite"]
    answer = {"invite_id": made["invite_id"], "token": made["token"]}
    await _insist(guest, answer | {"type": "accept-invite", "idempotency_key": f"accept-{n}"}, score)
    role = {"type": "change-role", "collaborator_id": GUEST, "role": "viewer", "idempotency_key": f"role-{n}"}
    await _insist(owner, of | role, score)
    leave = {"type": "remove-collaborator", "collaborator_id": GUEST, "idempotency_key": f"leave-{n}"}
    await _insist(guest, of | leave, score)


async def _insist(client: httpx.AsyncClient, command: Mapping[str, Any], score: Score) -> Mapping[str, Any]:
    """Send a command until it is acknowledged; return the answer's data."""
    key = command["idempotency_key"]
    while True:
        try:
            answer = await client.post("/v1/commands", json=command)
        except httpx.ReadTimeout:
            score.wrong.append(f"{key}: no answer within {HANGING_SECONDS:g} seconds")
        except httpx.HTTPError:
            score.now.unknown += 1
        else:
            if answer.status_code == 200:
                data: Mapping[str, Any] = answer.json()["data"]
                return data
            score.now.refused += 1
            if not _is_clear(answer):
                score.wrong.append(f"{key}: {answer.status_code} {answer.text}")
        await asyncio.sleep(RETRY_SECONDS)


def _is_clear(answer: httpx.Response) -> bool:
    """Whether a refusal says that another try may do, in the way that all problems are said."""
    if answer.headers.get("content-type") != "application/problem+json":
        return False
    match answer.status_code:
        case 503:
            return "retry-after" in answer.headers
        case 403:
            code: str = answer.json()["error"]["code"]
            return code == "ring_required"
        case status:
            return status == 409


async def follow(port: int, reader: Reader, score: Score) -> None:
    """Follow a draft live until cancelled, resuming after every break."""
    while True:
        url = f"ws://127.0.0.1:{port}/v1/ws/drafts/{reader.draft}?{reader.query}"
        try:
            async with _connected(url, reader.user) as socket:
                reader.connected(f"port {port}")
                async for text in socket:
                    assert isinstance(text, str)
                    _count(text, reader, score)
                    if not reader.took(text):
                        break
                reader.closed(socket.close_code or LOST)
        except ConnectionClosed as closed:
            reader.closed(closed.rcvd.code if closed.rcvd else LOST)
        except (OSError, TimeoutError, EOFError, InvalidHandshake):
            pass
        await asyncio.sleep(random.uniform(0, 0.2))


def _connected(url: str, user: str) -> connect:
    who = {"X-User-Id": user}
    return connect(url, additional_headers=who, ping_interval=None, max_size=None, compression=None, proxy=None)


def _count(text: str, reader: Reader, score: Score) -> None:
    if isinstance(frame := parse(text), Events):
        last = reader.last or 0
        for event in frame.events:
            score.observe(event.version, last)
            last = max(last, event.version)


@dataclass
class Pages:
    """Somebody who reads a draft's events page by page: (version, event id), in order."""

    draft: str
    seen: list[tuple[int, str]] = field(default_factory=list)


async def turn(url: str, pages: Pages, score: Score) -> None:
    """Ask for what comes after the last page, until cancelled."""
    async with _client(url, "reader") as client:
        while True:
            query = {"after": len(pages.seen), "limit": 100}
            try:
                answer = await client.get(f"/v1/collab/drafts/{pages.draft}/events", params=query)
            except httpx.ReadTimeout:
                score.wrong.append(f"a page of {pages.draft}: no answer within {HANGING_SECONDS:g} seconds")
            except httpx.HTTPError:
                pass
            else:
                _read(answer, pages, score)
            await asyncio.sleep(POLL_SECONDS)


def _read(answer: httpx.Response, pages: Pages, score: Score) -> None:
    if answer.status_code != 200:
        if not _is_clear(answer):
            score.wrong.append(f"a page of {pages.draft}: {answer.status_code} {answer.text}")
        return
    for event in orjson.loads(answer.content)["data"]:
        score.observe(event["version"], len(pages.seen))
        pages.seen.append((event["version"], event["event_id"]))
