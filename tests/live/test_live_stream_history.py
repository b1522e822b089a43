"""Server-Sent Events from the whole service: a client that is cut and resumes, against the checker of histories."""

import asyncio
import json
import random
from contextlib import suppress

import httpx
import pytest

from onering.live.ends import ACCESS_ENDED
from scripts.soaking.history import violations
from scripts.soaking.seen import LOST, Reader
from tests.faults.storm import SECONDS, stored_log, until
from tests.live.event_source import FRAMES, EventSource
from tests.serving import Person, serving

CUTS = 4


def text_of(block):
    """Return a block as the frame of a socket, which is what observers read."""
    return block.data if block.event in FRAMES else f'{{"type":"events","events":[{block.data}]}}'


class Follower:
    """A browser's EventSource, which is cut off now and then, and connects again to the next server by itself."""

    def __init__(self, http, draft, user, urls, chance):
        self.reader = Reader(f"{user} by events", user, draft, events=True)
        self.source = EventSource(http, "", {"X-User-Id": user})
        self._paths = [f"{url}/v1/collab/drafts/{draft}/events" for url in urls]
        self._chance = chance

    async def run(self):
        cuts = CUTS
        while True:
            self.source.url = self._paths[0]
            self._paths.append(self._paths.pop(0))
            with suppress(httpx.HTTPError):
                async with self.source.open(mode="events") as source:
                    if source.response.status_code != 200:
                        return
                    self.reader.connected(source.url)
                    end = await self._read(source, self._chance.randint(1, 12) if cuts else 10_000)
                    self.reader.closed(end)
            cuts = max(0, cuts - 1)

    async def _read(self, source, most):
        for _ in range(most):
            block = await source.step()
            if block is None:
                break
            if block.event == "end":
                return json.loads(block.data)["code"]
            assert self.reader.took(text_of(block))
        return LOST


async def test_a_client_that_is_cut_and_resumes_observes_what_the_promises_say(app_dsn, admin_dsn):
    hasty = {"heartbeat_seconds": 0.2, "drain_seconds": 0.0, "sockets_per_user": 100, "feed_events": 8}
    chance = random.Random(5)
    async with serving(app_dsn, **hasty) as one, serving(app_dsn, **hasty) as other, httpx.AsyncClient() as http:
        alice = Person(one.client("alice"))
        draft = await alice.create(visibility="private")
        await alice.let_in(draft, "bob")
        urls = [one.url, other.url]
        alices = [Follower(http, draft, "alice", order, chance) for order in (urls, urls[::-1])]
        bobs = [Follower(http, draft, "bob", order, chance) for order in (urls, urls[::-1])]
        async with asyncio.TaskGroup() as group:
            following = [group.create_task(follower.run()) for follower in alices]
            others = [group.create_task(follower.run()) for follower in bobs]
            for number in range(60):
                assert (await alice.add(draft, f"Segment {number}")).status_code == 200
            assert (await alice.take_out(draft, "bob")).status_code == 200
            assert (await alice.add(draft, "Without bob")).status_code == 200
            head = 64
            mine = [follower.reader for follower in alices]
            await until(lambda: all(reader.last == head for reader in mine), "the end")
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(*others)
            await until(lambda: all((head, head) in reader.connections[-1].pings() for reader in mine), "a heartbeat")
            for task in following:
                task.cancel()
        log = await stored_log(admin_dsn)
        assert list(map(str, violations(log, [follower.reader for follower in (*alices, *bobs)]))) == []
        assert {len(reader.connections) > CUTS for reader in mine} == {True}
        for follower in bobs:
            # The removal is the last event that any of bob's connections ever had.
            assert follower.reader.last == head - 1
            assert follower.reader.connections[-1].code == ACCESS_ENDED.close_code


@pytest.fixture
async def service(app_dsn):
    async with serving(app_dsn) as service:
        yield service


async def test_whoever_does_not_ask_for_a_stream_gets_pages(service):
    alice = Person(service.client("alice"))
    draft = await alice.create()
    pages = {
        None,
        "*/*",
        "application/json",
        "text/*",
        "text/event-stream;q=0",
        "text/event-stream;q=x",
        "application/json, text/event-stream",
        "application/json, text/event-stream; q=0.9",
    }
    for accept in pages:
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/events", headers={"Accept": accept} if accept else {})
        assert answer.json()["count"] == 1, accept
    head = await alice.http.head(f"/v1/collab/drafts/{draft}/events", headers={"Accept": "text/event-stream"})
    assert (head.status_code, head.headers["content-type"]) == (200, "application/json")
    for accept in ("text/event-stream", "Text/Event-Stream, application/json;q=0.5"):
        path, headers = f"/v1/collab/drafts/{draft}/events", {"Accept": accept}
        async with alice.http.stream("GET", path, headers=headers) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert len(answer.headers["x-request-id"]) > 0
            assert answer.headers.get_list("cache-control") == ["no-store"]


async def test_refusals_say_what_every_refusal_says(service):
    alice = Person(service.client("alice"))
    draft = await alice.create(visibility="private")
    path, headers = f"/v1/collab/drafts/{draft}/events", {"Accept": "text/event-stream"}
    refused = await service.client().get(path, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
    assert refused.headers["www-authenticate"] == "Bearer"
    stranger = await service.client("mallory").get(path, headers=headers)
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "not_found")
    assert stranger.headers["content-type"] == "application/problem+json"
    malformed = await alice.http.get(path, headers=headers | {"Last-Event-ID": "x"})
    assert (malformed.status_code, malformed.json()["error"]["code"]) == (400, "validation_error")


async def test_a_service_that_stops_ends_every_stream_in_time(app_dsn):
    async with serving(app_dsn, drain_seconds=0.1) as service:
        alice = Person(service.client("alice"))
        draft = await alice.create()
        source = EventSource(alice.http, f"{service.url}/v1/collab/drafts/{draft}/events")
        async with source.open():
            await source.until(lambda: source.one("live"))
            await service.process.drain()
            assert (await source.ended())[0] == 4001
