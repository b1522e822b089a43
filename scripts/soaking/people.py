"""Who uses the service while it is broken: writers that retry with their key, and readers that resume."""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

WHO = {"X-User-Id": "alice"}
RETRY_SECONDS = 0.05
# What may be answered to a command that is fine: not now, or others were first.
PASSING = (409, 503)


@dataclass
class Written:
    """What writers sent and were told: (draft, key) → version; how often an answer was missing or put off."""

    sent: int = 0
    acknowledged: dict[tuple[str, str], int] = field(default_factory=dict)
    broken: int = 0
    put_off: int = 0
    wrong: list[str] = field(default_factory=list)


async def drafts(url: str, number: int) -> list[str]:
    """Create drafts as alice and return their ids."""
    async with httpx.AsyncClient(base_url=url, headers=WHO, trust_env=False) as client:
        answers = [(await client.post("/v1/collab/drafts", json={"title": f"Soak {n}"})).json() for n in range(number)]
    return [answer["data"]["draft_id"] for answer in answers]


async def write(name: str, url: str, drafts: list[str], written: Written, stop: asyncio.Event) -> None:
    """Add segments until told to stop; each is sent again with its key until it is acknowledged."""
    async with httpx.AsyncClient(base_url=url, headers=WHO, trust_env=False, timeout=20) as client:
        for n in count():
            if stop.is_set():
                return
            written.sent += 1
            await _acknowledged(client, drafts[n % len(drafts)], f"{name}-{n}", written)


async def _acknowledged(client: httpx.AsyncClient, draft: str, key: str, written: Written) -> None:
    body = {"type": "add-segment", "draft_id": draft, "content": key, "idempotency_key": key}
    while True:
        try:
            answer = await client.post("/v1/commands", json=body)
        except httpx.HTTPError:
            written.broken += 1
        else:
            if answer.status_code == 200:
                written.acknowledged[draft, key] = answer.json()["data"]["version"]
                return
            written.put_off += 1
            if answer.status_code not in PASSING:
                written.wrong.append(f"{key}: {answer.status_code} {answer.text}")
        await asyncio.sleep(RETRY_SECONDS)


@dataclass
class Observed:
    """What a reader of one draft saw, in order: (version, event id); and what should not have been."""

    draft: str
    seen: list[tuple[int, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    connections: int = 0


async def read(port: int, observed: Observed) -> None:
    """Follow a draft until cancelled, resuming after every break."""
    while True:
        after = len(observed.seen)
        url = f"ws://127.0.0.1:{port}/v1/ws/drafts/{observed.draft}?after={after}&mode=events"
        try:
            async with connect(url, additional_headers=WHO, ping_interval=None, max_size=None) as socket:
                observed.connections += 1
                async for text in socket:
                    _take(orjson.loads(text), observed)
        except (OSError, TimeoutError, EOFError, ConnectionClosed, InvalidHandshake):
            pass
        await asyncio.sleep(random.uniform(0, 0.2))


def _take(frame: dict[str, object], observed: Observed) -> None:
    last = len(observed.seen)
    if frame["type"] == "welcome" and frame["from"] != last:
        observed.wrong.append(f"resumed at {frame['from']} instead of {last}")
    if frame["type"] == "events":
        events = frame["events"]
        assert isinstance(events, list)
        for event in events:
            if event["version"] != len(observed.seen) + 1:
                observed.wrong.append(f"after {len(observed.seen)} came {event['version']}")
            observed.seen.append((event["version"], event["event_id"]))
