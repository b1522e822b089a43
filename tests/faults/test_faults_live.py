"""Faults around the live feed: whatever breaks, what every reader saw keeps P1 to P7."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_RCVBUF, SO_SNDBUF, SOL_SOCKET
from typing import Any

import asyncpg

from onering.live.ends import DRAIN
from onering.live.hub import Hub
from scripts.soaking.seen import Connection, Other, Reader
from tests.faults.fleet import fleet
from tests.faults.storm import SECONDS, Storm, check, storm, until
from tests.faults.watching import Line, Watcher, watching
from tests.serving import Person, Service, serving

HASTY: dict[str, Any] = {"heartbeat_seconds": 0.5, "drain_seconds": 0.0, "poll_seconds": 0.5, "sockets_per_user": 100}
# 500 characters of 4 bytes: an event of 2 KiB and a bit.
LONG = "\N{FOX FACE}" * 500
FROZEN = 12

TAILS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onering tail'"


@asynccontextmanager
async def two(dsn: str) -> AsyncIterator[list[Service]]:
    """Serve a database from two processes."""
    async with serving(dsn, **HASTY) as one, serving(dsn, **HASTY) as other:
        yield [one, other]


def watchers_of(draft: str, user: str, number: int, *ports: int, events: bool = True) -> list[Watcher]:
    """Return so many readers of that person, who begin at the first of `ports`."""
    readers = [Reader(f"{user}-{n} from {ports[0]}", user, draft, events) for n in range(number)]
    return [Watcher(reader, ports) for reader in readers]


# A lost wake-up


async def test_a_killed_listen_connection_skips_nothing(app_dsn: str, admin_dsn: str) -> None:
    """Of the writing process and of the other one, over and over: the poll and a new connection find what is there."""
    async with two(app_dsn) as (one, other):
        draft = await Person(one.client("alice")).create(visibility="public")
        watchers = [*watchers_of(draft, "bob", 4, one.port), *watchers_of(draft, "bob", 4, other.port)]
        async with watching(watchers):
            async with storm([one.url], [draft], writers=4) as written:
                for _ in range(12):
                    await written.further(15)
                    await kill_tails(admin_dsn, 2)
            await check(admin_dsn, watchers, written)
        # Nobody had to reconnect: that the way to the database broke is no affair of the readers.
        assert {len(watcher.reader.connections) for watcher in watchers} == {1}


async def kill_tails(dsn: str, number: int) -> None:
    """Kill the LISTEN connections of so many processes, once all of them have one."""
    conn = await asyncpg.connect(dsn)
    async with asyncio.timeout(SECONDS):
        while await conn.fetchval(f"SELECT count(*) {TAILS}") < number:
            await asyncio.sleep(0.01)
    assert await conn.fetchval(f"SELECT count(pg_terminate_backend(pid)) {TAILS}") == number
    await conn.close()


# Access that ends in the middle of it


async def test_a_reader_who_is_removed_during_a_storm_gets_nothing_after_it_on_any_process(
    app_dsn: str, admin_dsn: str
) -> None:
    """By somebody on the one process or the other; he is let in again, and goes on where he was."""
    async with two(app_dsn) as (one, other):
        alice = [Person(server.client("alice")) for server in (one, other)]
        draft = await alice[0].create(visibility="private")
        staying = [*watchers_of(draft, "alice", 2, one.port), *watchers_of(draft, "alice", 2, other.port)]
        bobs = [*watchers_of(draft, "bob", 3, one.port), *watchers_of(draft, "bob", 3, other.port)]
        bobs += [*watchers_of(draft, "bob", 3, other.port, events=False)]
        async with watching(staying):
            async with storm([one.url, other.url], [draft], writers=4) as written:
                for n in range(6):
                    await insisted(alice[n % 2].let_in, draft, "bob")
                    async with watching(bobs):
                        await until(lambda: all(bob.welcomed for bob in bobs), "bob's welcome")
                        await written.further(10)
                        await insisted(alice[n % 2].take_out, draft, "bob")
                        await until(lambda: not any(bob.welcomed for bob in bobs), "bob's end")
            await check(admin_dsn, [*staying, *bobs], written)
        for bob in bobs:
            assert [connection.code for connection in bob.reader.connections] == [4403] * 6


async def insisted(command: Callable[..., Any], *arguments: str) -> None:
    """Command until others are no longer first."""
    while (answer := await command(*arguments)).status_code != 200:
        assert answer.status_code == 409, answer.text


# Connections that break


async def test_a_client_that_breaks_off_again_and_again_resumes_each_time(app_dsn: str, admin_dsn: str) -> None:
    """By RST, by FIN and by closing one half, in the middle of frames; nothing stays behind of the connections."""
    async with two(app_dsn) as (one, other):
        draft = await Person(one.client("alice")).create(visibility="public")
        ports = [one.port, other.port]
        watchers = [*watchers_of(draft, "bob", 3, *ports), *watchers_of(draft, "bob", 3, *reversed(ports))]
        async with watching(watchers):
            async with storm([one.url, other.url], [draft], writers=4) as written, asyncio.TaskGroup() as group:
                for watcher in watchers:
                    group.create_task(break_off(watcher, 8))
            await check(admin_dsn, watchers, written)
            for watcher in watchers:
                assert len(watcher.reader.connections) > 24
            await until(lambda: one.process.hub.sockets + other.process.hub.sockets == 6, "the end of broken sockets")
            assert one.process.hub.lagging == other.process.hub.lagging == 0


async def break_off(watcher: Watcher, times: int) -> None:
    """Break its connection in each way so many times, each time after it saw something more."""
    for _ in range(times):
        for way in (Line.reset, Line.drop, Line.half_close):
            seen = watcher.reader.last or 0
            await until(lambda: watcher.sees(seen + 3), "something more")  # noqa: B023
            broken = watcher.here
            way(broken)
            await broken.ended


# Readers that stop


async def test_readers_who_freeze_cost_a_cursor_each_and_nobody_else_anything(app_dsn: str, admin_dsn: str) -> None:
    """Of 2 MiB that they do not read, at most two pages wait for each of them, also while they catch up."""
    async with serving(app_dsn, **HASTY, feed_events=64) as server:
        hub, most = server.process.hub, 2 * server.process.hub._limits.socket_high_water + 4096
        draft = await Person(server.client("alice")).create(visibility="public")
        frozen = watchers_of(draft, "bob", FROZEN, server.port)
        others = watchers_of(draft, "carol", 4, server.port)
        written = Storm([server.url])
        async with watching([*frozen, *others]):
            await until(lambda: all(watcher.welcomed for watcher in [*frozen, *others]), "the welcomes")
            freeze(hub, frozen)
            await written.pour(draft, LONG, 10)
            head = 1 + written.acknowledged
            await until(lambda: all(watcher.sees(head) for watcher in others), "the others' events")
            assert hub.lagging == FROZEN
            assert most_unsent(hub) <= most
            assert not any(watcher.sees(head // 2) for watcher in frozen)
            thaw(hub, frozen)
            await until(
                lambda: most_unsent(hub) > most or all(watcher.sees(head) for watcher in frozen), "their events"
            )
            assert most_unsent(hub) <= most
            await check(admin_dsn, [*frozen, *others], written)
        assert {len(watcher.reader.connections) for watcher in [*frozen, *others]} == {1}


def freeze(hub: Hub, watchers: list[Watcher]) -> None:
    """Let them read nothing any more, and the kernel keep little of what is on its way to them."""
    resize_buffers(hub, watchers, 16 * 1024)
    for watcher in watchers:
        watcher.here.freeze()


def thaw(hub: Hub, watchers: list[Watcher]) -> None:
    """Let them read on, without a bottleneck."""
    resize_buffers(hub, watchers, 1024 * 1024)
    for watcher in watchers:
        watcher.here.thaw()


def resize_buffers(hub: Hub, watchers: list[Watcher], size: int) -> None:
    for connection in hub._connections.snapshot():
        socket_of(connection.outlet._protocol.transport).setsockopt(SOL_SOCKET, SO_SNDBUF, size)
    for watcher in watchers:
        socket_of(watcher.here.transport).setsockopt(SOL_SOCKET, SO_RCVBUF, size)


def socket_of(transport: asyncio.Transport) -> Any:
    return transport.get_extra_info("socket")


def most_unsent(hub: Hub) -> int:
    return max(connection.outlet.unsent() for connection in hub._connections.snapshot())


# Processes that stop


async def test_sigterm_under_load_loses_nothing_and_sends_everybody_away(admin_dsn: str, tmp_path: Path) -> None:
    async with fleet(admin_dsn, tmp_path, 1) as server:
        draft = await server.create()
        watchers = watchers_of(draft, "bob", 20, *server.ports)
        async with watching(watchers):
            await until(lambda: all(watcher.welcomed for watcher in watchers), "the welcomes")
            async with storm(server.urls, [draft], writers=8) as written:
                await written.further(50)
                await server.restart(0)
                await written.further(50)
            await check(admin_dsn, watchers, written)
        assert all(sent_away(watcher.reader.connections[0]) for watcher in watchers)


async def test_a_rolling_restart_of_two_servers_costs_none_of_200_readers_an_event(
    admin_dsn: str, tmp_path: Path
) -> None:
    async with fleet(admin_dsn, tmp_path, 2) as servers:
        drafts = [await servers.create() for _ in range(4)]
        ways = (servers.ports, servers.ports[::-1])
        watchers = [one for draft in drafts for way in ways for one in watchers_of(draft, "bob", 25, *way)]
        async with watching(watchers):
            await until(lambda: all(watcher.welcomed for watcher in watchers), "the welcomes")
            async with storm(servers.urls, drafts, writers=4) as written:
                for place in (0, 1):
                    await written.further(50)
                    await servers.restart(place)
                await written.further(50)
            await check(admin_dsn, watchers, written)
        assert len(watchers) == 200
        assert all(any(map(sent_away, watcher.reader.connections)) for watcher in watchers)


def sent_away(connection: Connection) -> bool:
    """Whether it ended as a stopping process ends it: announced, and with the code that says to go on elsewhere."""
    return Other("goaway") in connection.frames and connection.code == DRAIN.close_code
