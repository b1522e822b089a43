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
from scripts.soaking.seen import LOST, Events, Other, Reader, parse
from scripts.soaking.signing_in import Entrance, Person

# As Clerk calls people.
WRITER, OTHER, GUEST, READER = "user_alice", "user_bob", "user_carol", "user_reader"
RETRY_SECONDS = 0.05
POLL_SECONDS = 0.1
# Whoever waits longer for an answer was left hanging: the longest command, a frozen worker, and a busy machine.
HANGING_SECONDS = 25.0


def client(at: Entrance, user: str) -> httpx.AsyncClient:
    """Return a client of somebody."""
    return httpx.AsyncClient(
        base_url=at.url, auth=at.person(user), trust_env=False, timeout=httpx.Timeout(HANGING_SECONDS)
    )


async def drafts(at: Entrance, number: int) -> list[str]:
    """Create public drafts as the writer and return their ids."""
    async with client(at, WRITER) as writer:
        bodies = [{"title": f"Soak {n}", "visibility": "public"} for n in range(number)]
        answers = [(await writer.post("/v1/collab/drafts", json=body)).json() for body in bodies]
    return [answer["data"]["draft_id"] for answer in answers]


async def write(name: str, at: Entrance, drafts: list[str], score: Score, stop: asyncio.Event) -> None:
    """Add segments until told to stop; each is sent again with its key until it is acknowledged."""
    async with client(at, WRITER) as writer:
        for n in count():
            if stop.is_set():
                return
            score.now.sent += 1
            draft, key = drafts[n % len(drafts)], f"{name}-{n}"
            command = {"type": "add-segment", "draft_id": draft, "content": key, "idempotency_key": key}
            score.acknowledge(draft, key, (await insist(writer, command, score))["version"])


async def take_turns(at: Entrance, draft: str, score: Score, stop: asyncio.Event) -> None:
    """Have the ring of a draft go from the writer to somebody else and back, until told to stop: whoever writes there
    meanwhile is refused, or decided on a state that is about to change.
    """
    async with client(at, WRITER) as here, client(at, OTHER) as there:
        of = {"draft_id": draft}
        let_in = {"type": "add-collaborator", "collaborator_id": at.named(OTHER), "idempotency_key": "let-in"}
        await insist(here, of | let_in, score)
        for n in count():
            if stop.is_set():
                return
            # There and back, by name or by a strategy, which has one to choose from.
            for holder, to in ((here, OTHER), (there, WRITER)):
                named = {"type": "pass-ring", "to_user_id": at.named(to)}
                chosen = {"type": "pass-ring-smart", "strategy": ("round_robin", "most_inactive")[n % 4 // 2]}
                command = (named if n % 2 else chosen) | {"idempotency_key": f"to-{to}-{n}"}
                await insist(holder, of | command, score)
                await asyncio.sleep(random.uniform(0, 0.1))


async def change_much(at: Entrance, draft: str, score: Score, stop: asyncio.Event) -> None:
    """Do to a draft whatever else its owner may, round after round, until told to stop: texts are rewritten, fields
    edited, roles changed, and somebody is invited, joins and leaves.
    """
    async with client(at, WRITER) as owner, client(at, GUEST) as guest:
        for n in count():
            if stop.is_set():
                return
            await _rewrite(owner, draft, n, score)
            await _manage(owner, draft, n, score)
            await _invite(owner, guest, at.named(GUEST), draft, n, score)


async def _rewrite(owner: httpx.AsyncClient, draft: str, n: int, score: Score) -> None:
    """Write a segment, amend it, and take every other one out again."""
    of, key = {"draft_id": draft}, f"rewrite-{n}"
    add = {"type": "add-segment", "content": key, "idempotency_key": key}
    written = await insist(owner, of | add, score)
    score.now.sent += 1
    score.acknowledge(draft, key, written["version"])
    segment = {"segment_id": written["events"][0]["data"]["segment_id"]}
    amend = {"type": "amend-segment", "content": f"Or {n}", "idempotency_key": f"amend-{n}"}
    await insist(owner, of | segment | amend, score)
    if n % 2:
        withdraw = {"type": "withdraw-segment", "idempotency_key": f"withdraw-{n}"}
        await insist(owner, of | segment | withdraw, score)


async def _manage(owner: httpx.AsyncClient, draft: str, n: int, score: Score) -> None:
    of = {"draft_id": draft}
    edit = {"type": "edit-draft", "title": f"Soak {n}", "turn_limit_hours": 1 + n % 9, "idempotency_key": f"edit-{n}"}
    await insist(owner, of | edit, score)
    for type in ("lock-draft", "unlock-draft"):
        await insist(owner, of | {"type": type, "idempotency_key": f"{type}-{n}"}, score)


async def _invite(
    owner: httpx.AsyncClient, guest: httpx.AsyncClient, name: str, draft: str, n: int, score: Score
) -> None:
    """Have somebody invited, join, be made a viewer, and leave."""
    of = {"draft_id": draft}
    invite = {"type": "create-invite", "target_user_id": name, "idempotency_key": f"invite-{n}"}
    made = (await insist(owner, of | invite, score))["invite"]
    answer = {"invite_id": made["invite_id"], "token": made["token"]}
    await insist(guest, answer | {"type": "accept-invite", "idempotency_key": f"accept-{n}"}, score)
    role = {"type": "change-role", "collaborator_id": name, "role": "viewer", "idempotency_key": f"role-{n}"}
    await insist(owner, of | role, score)
    leave = {"type": "remove-collaborator", "collaborator_id": name, "idempotency_key": f"leave-{n}"}
    await insist(guest, of | leave, score)


async def insist(client: httpx.AsyncClient, command: Mapping[str, Any], score: Score) -> Mapping[str, Any]:
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
            if not is_clear(answer):
                score.wrong.append(f"{key}: {answer.status_code} {answer.text}")
        await asyncio.sleep(RETRY_SECONDS)


def is_clear(answer: httpx.Response) -> bool:
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
            # Whose token is refused signs in again.
            return status in (401, 409)


async def follow(at: Entrance, reader: Reader, score: Score) -> None:
    """Follow a draft live until cancelled, resuming after every break; of tokens that expire, every other one is
    renewed in time.
    """
    person = at.person(reader.user)
    for turn in count():
        try:
            async with _connected(at, reader, person) as socket:
                reader.connected(at.url)
                async for text in socket:
                    assert isinstance(text, str)
                    _count(text, reader, score)
                    if not reader.took(text):
                        break
                    if turn % 2 and parse(text) == EXPIRING:
                        await socket.send(_renewed(person))
                reader.closed(socket.close_code or LOST)
        except ConnectionClosed as closed:
            reader.closed(closed.rcvd.code if closed.rcvd else LOST)
        except (OSError, TimeoutError, EOFError, InvalidHandshake):
            pass
        person.sign_in_again()
        await asyncio.sleep(random.uniform(0, 0.2))


EXPIRING = Other("token_expiring")


def _connected(at: Entrance, reader: Reader, person: Person) -> connect:
    url = f"ws{at.url.removeprefix('http')}/v1/ws/drafts/{reader.draft}?{reader.query}"
    return connect(
        url, additional_headers=person.headers, ping_interval=None, max_size=None, compression=None, proxy=None
    )


def _renewed(person: Person) -> str:
    person.sign_in_again()
    return orjson.dumps({"type": "auth", "token": person.token}).decode()


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


async def turn(at: Entrance, pages: Pages, score: Score) -> None:
    """Ask for what comes after the last page, until cancelled."""
    async with client(at, READER) as reader:
        while True:
            query = {"after": len(pages.seen), "limit": 100}
            try:
                answer = await reader.get(f"/v1/collab/drafts/{pages.draft}/events", params=query)
            except httpx.ReadTimeout:
                score.wrong.append(f"a page of {pages.draft}: no answer within {HANGING_SECONDS:g} seconds")
            except httpx.HTTPError:
                pass
            else:
                _read(answer, pages, score)
            await asyncio.sleep(POLL_SECONDS)


def _read(answer: httpx.Response, pages: Pages, score: Score) -> None:
    if answer.status_code != 200:
        if not is_clear(answer):
            score.wrong.append(f"a page of {pages.draft}: {answer.status_code} {answer.text}")
        return
    for event in orjson.loads(answer.content)["data"]:
        score.observe(event["version"], len(pages.seen))
        pages.seen.append((event["version"], event["event_id"]))
