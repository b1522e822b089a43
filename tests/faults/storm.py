"""People who write all the time, and the verdict on everything that they and their readers were told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
import httpx

from onering.log.epoch import read_epoch
from onering.log.event import DEFAULT_LANE
from onering.log.reader import read_lane
from onering.replay import database
from onering.replay.check import check as checked
from onering.replay.findings import Finding
from scripts.soaking.history import Sent, violations
from scripts.soaking.logged import Log
from tests.conformance import check_answer
from tests.faults.watching import Watcher

SECONDS = 30.0
ALICE: dict[str, Any] = {
    "headers": {"X-User-Id": "alice"},
    "trust_env": False,
    "event_hooks": {"response": [check_answer]},
}
RETRY_SECONDS = 0.02
# What a command may be answered that is fine: others were first, or not now.
PASSING = (409, 503)


@dataclass
class Storm:
    """What alice sent to `urls`; an answer of another kind than acknowledged, conflict or not now is `wrong`."""

    urls: Sequence[str]
    sent: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return sum(command.version is not None for command in self.sent)

    async def further(self, commands: int) -> None:
        """Wait until so many more are acknowledged."""
        enough = self.acknowledged + commands
        await until(lambda: self.acknowledged >= enough, f"{commands} more acknowledgements")

    async def pour(self, draft: str, content: str, hundreds: int) -> None:
        """Add so many hundreds of segments, four hundreds at a time."""
        async with httpx.AsyncClient(base_url=self.urls[0], timeout=30, **ALICE) as client:
            for start in range(0, hundreds, 4):
                some = range(start, min(start + 4, hundreds))
                await asyncio.gather(*(self._hundred(client, draft, f"p{len(self.sent)}-{n}", content) for n in some))

    async def _hundred(self, client: httpx.AsyncClient, draft: str, name: str, content: str) -> None:
        keys = [f"{name}-{n}" for n in range(100)]
        command = {"type": "add-segment", "draft_id": draft, "content": content}
        body = [command | {"idempotency_key": key} for key in keys]
        answer = await client.post("/v1/commands", json=body, headers={"Prefer": "return=minimal"})
        for key, result in zip(keys, answer.json()["data"], strict=True):
            self.sent.append(Sent("alice", draft, key, result["data"]["version"]))

    async def write(self, name: str, drafts: Sequence[str], content: str, stop: asyncio.Event) -> None:
        """Add segments until told to stop; each is sent again with its key, here and there, until acknowledged."""
        clients = [httpx.AsyncClient(base_url=url, timeout=20, **ALICE) for url in self.urls]
        for n in count():
            if stop.is_set():
                break
            await self._insist(clients, drafts[n % len(drafts)], f"{name}-{n}", content)
        for client in clients:
            await client.aclose()

    async def _insist(self, clients: list[httpx.AsyncClient], draft: str, key: str, content: str) -> None:
        place = len(self.sent)
        self.sent.append(Sent("alice", draft, key, None))
        body = {"type": "add-segment", "draft_id": draft, "content": content, "idempotency_key": key}
        while True:
            try:
                answer = await clients[0].post("/v1/commands", json=body, headers={"Prefer": "return=minimal"})
            except httpx.HTTPError:
                clients.append(clients.pop(0))
            else:
                if answer.status_code == 200:
                    self.sent[place] = Sent("alice", draft, key, answer.json()["data"]["version"])
                    return
                if answer.status_code not in PASSING:
                    self.wrong.append(f"{answer.status_code} {answer.text}")
            await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def storm(
    urls: Sequence[str], drafts: Sequence[str], *, writers: int, content: str = "And then"
) -> AsyncIterator[Storm]:
    """Write until the block ends; then everything is acknowledged that was sent."""
    made, stop = Storm(urls), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for n in range(writers):
            # Each begins elsewhere.
            turned = Storm([*urls[n % len(urls) :], *urls[: n % len(urls)]], made.sent, made.wrong)
            group.create_task(turned.write(f"w{n}", drafts, content, stop))
        yield made
        stop.set()


async def until(condition: Callable[[], Any], what: str) -> None:
    """Wait until something is so."""
    try:
        async with asyncio.timeout(SECONDS):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not come") from None


async def stored_log(dsn: str) -> Log:
    """Return the whole log."""
    conn = await asyncpg.connect(dsn)
    try:
        stored = await read_lane(conn, DEFAULT_LANE, 0, 1_000_000)
        return Log.of(await read_epoch(conn), stored, lambda issuer, subject: subject)
    finally:
        await conn.close()


async def settle(log: Log, watchers: Sequence[Watcher]) -> None:
    """Give everybody who may read the time to be told the head by a heartbeat."""
    entitled = []
    for watcher in watchers:
        draft = log.drafts[watcher.reader.draft]
        if draft.readable(watcher.reader.user, draft.head):
            entitled.append((watcher, draft.head))
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while not all(watcher.told(head) for watcher, head in entitled):
                await asyncio.sleep(0.01)


async def check(dsn: str, watchers: Sequence[Watcher], written: Storm) -> None:
    """Assert that every promise was kept to everybody, once nobody writes any more, and that all events are legal."""
    log = await stored_log(dsn)
    illegal: list[Finding] = []
    async with database.opened(dsn) as whole:
        await checked(whole, illegal.append)
    await settle(log, watchers)
    unanswered = [command.key for command in written.sent if command.version is None]
    broken = violations(log, [watcher.reader for watcher in watchers], written.sent)
    found = [*written.wrong, *unanswered, *map(str, broken), *map(str, illegal)]
    assert not found, "\n".join(found)
