"""Presence over sockets and across processes that share a database: who is shown, to whom, and until when."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from onering.live import neighbours
from onering.live.hint import Hint, parse
from onering.live.limits import Limits
from onering.live.presence import Typing
from onering.log.connection import Database
from onering.log.retry import Backoff
from tests.live.serving import eventually, joined, private, serving

LIMITS = replace(Limits(), presence_batch_ms=10)


@asynccontextmanager
async def two(dsn, **options):
    async with serving(dsn, limits=LIMITS, **options) as one, serving(dsn, limits=LIMITS, **options) as other:
        yield one, other


async def sees(client, *people, anonymous=0):
    """Take frames until exactly these are there."""
    await client.until(lambda: client.presence)
    await client.until(lambda: client.here == set(people) and client.presence[-1]["anonymous"] == anonymous)
    assert client.presence[-1]["count"] == len(people)


async def stored(conn, people):
    """Wait until the table has these."""
    async with asyncio.timeout(10):
        while {row[0] for row in await conn.fetch("SELECT user_id FROM onering.presence")} != people:
            await asyncio.sleep(0.01)


async def test_people_of_all_processes_are_seen_in_all_of_them(app_dsn):
    async with two(app_dsn) as (one, other):
        draft = (await one.node.create(visibility="public")).draft_id
        async with joined(one, draft, "alice") as alice, joined(other, draft, "bob") as bob:
            await sees(alice, "alice", "bob")
            await sees(bob, "alice", "bob")
            # Two tabs at two processes are one person; readers without credentials add up.
            async with joined(other, draft, "alice") as tab, joined(one, draft, None), joined(other, draft, None):
                for client in (alice, bob, tab):
                    await sees(client, "alice", "bob", anonymous=2)
            await sees(alice, "alice", "bob")
            await bob.say(type="bye")
            await bob.closed()
            other.pass_by(10)
            await sees(alice, "alice")
            other.pass_by(10)
            await eventually(lambda: not other.presence.drafts)


async def test_whoever_is_removed_disappears_at_once_in_every_process(app_dsn):
    async with two(app_dsn) as (one, other):
        draft = await private(one, "bob", "carol")
        async with (
            joined(one, draft, "alice") as alice,
            joined(other, draft, "bob") as bob,
            joined(other, draft, "carol") as carol,
        ):
            for client in (alice, bob, carol):
                await sees(client, "alice", "bob", "carol")
            await one.node.take_out(draft, "bob")
            # No time passes by: they don't linger.
            await sees(alice, "alice", "carol")
            await sees(carol, "alice", "carol")
            assert (await bob.closed())[0] == 4403
            # The event that ended their access is the last that they learn.
            assert bob.here == {"alice", "bob", "carol"}
            await stored(one.node.pool, {"alice", "carol"})


async def test_the_holders_typing_reaches_every_process_and_nothing_stores_it(app_dsn):
    async with two(app_dsn) as (one, other):
        draft = await private(one, "bob")
        async with joined(one, draft, "alice") as alice, joined(other, draft, "bob") as bob:
            await sees(alice, "alice", "bob")
            await sees(bob, "alice", "bob")
            await bob.say(type="typing")
            for _ in range(3):
                await alice.say(type="typing")
            for client in (alice, bob):
                await client.until(lambda client=client: client.one("typing"))
            # Whatever else was typed would have come before this.
            await one.node.add(draft)
            for client in (alice, bob):
                await client.reach(3)
                typed = [frame for frame in client.other if frame["type"] == "typing"]
                assert typed == [{"type": "typing", "user_id": "alice", "seconds": 6.0}]
        assert [event.version for event in one.node.seen] == [1, 2, 3]


async def test_people_of_a_dead_process_disappear_with_its_lease(app_dsn, owner):
    async with two(app_dsn) as (one, other):
        draft = await private(one, "bob")
        async with joined(one, draft, "alice") as alice, joined(other, draft, "bob"):
            await sees(alice, "alice", "bob")
            # It can't renew its lease any more, nor tell anybody.
            await other.tasks.stop(5)
            other.tasks.start({"hub": other.hub.run})
            one.pass_by(6)
            await owner.execute("UPDATE onering.presence_leases SET ends_at = ends_at - interval '1 day'")
            one.pass_by(6)
            await sees(alice, "alice")
            assert await owner.fetchval("SELECT count(*) FROM onering.presence_leases") == 1
            await stored(owner, {"alice"})


async def test_whoever_lost_its_lease_meanwhile_writes_everything_anew(app_dsn, owner):
    """As after a crash of the server, which empties unlogged tables, or a process that was stopped for long."""
    async with two(app_dsn) as (one, other):
        draft = await private(one, "bob")
        async with joined(one, draft, "alice") as alice, joined(other, draft, "bob") as bob:
            await sees(alice, "alice", "bob")
            await owner.execute("TRUNCATE onering.presence, onering.presence_leases")
            for server in (one, other):
                server.pass_by(6)
            async with joined(other, draft, "alice") as tab:
                await sees(tab, "alice", "bob")
            await sees(bob, "alice", "bob")
            await stored(owner, {"alice", "bob"})


async def test_without_the_database_everybody_sees_the_people_of_their_own_process(app_dsn, owner, monkeypatch):
    connect, away = Database.connect, False

    async def perhaps(self, role, **options):
        if away and role == "presence":
            raise OSError("the database is away")
        return await connect(self, role, **options)

    monkeypatch.setattr(Database, "connect", perhaps)
    monkeypatch.setattr(neighbours, "Backoff", partial(Backoff, cap=0.05))
    async with two(app_dsn) as (one, other):
        draft = await private(one, "bob", "carol")
        async with joined(one, draft, "alice") as alice, joined(other, draft, "bob") as bob:
            await sees(alice, "alice", "bob")
            await sees(bob, "alice", "bob")
            away = True
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onering presence'"
            )
            async with joined(one, draft, "carol") as carol:
                await sees(alice, "alice", "bob", "carol")
                # Those of others stay for as long as their leases may last.
                one.pass_by(16)
                await sees(alice, "alice", "carol")
                await sees(carol, "alice", "carol")
                away = False
                for client in (alice, bob, carol):
                    await sees(client, "alice", "bob", "carol")


async def test_a_batch_is_one_statement_and_quiet_people_cost_none(app_dsn, monkeypatch):
    written, rounds = [], []
    write, read = neighbours.write, neighbours.Neighbours._read

    async def noting_write(conn, process_id, changes, *rest):
        written.append(len(changes.columns()[2]))
        await write(conn, process_id, changes, *rest)

    async def noting_read(self, conn):
        rounds.append(len(written))
        await read(self, conn)

    monkeypatch.setattr(neighbours, "write", noting_write)
    monkeypatch.setattr(neighbours.Neighbours, "_read", noting_read)
    limits = replace(LIMITS, presence_batch_ms=300)
    async with serving(app_dsn, limits=limits) as server:
        draft = (await server.node.create(visibility="public")).draft_id
        async with asyncio.TaskGroup() as group:
            done = asyncio.Event()

            async def stay(who):
                async with joined(server, draft, who):
                    await done.wait()

            for n in range(20):
                group.create_task(stay(f"reader-{n}"))
            await eventually(lambda: sum(written) == 20)
            # One statement for each batch, and before them the one that said hello.
            assert len(written) <= 1 + len(rounds)
            quiet = len(rounds) + 2
            before = len(written)
            await eventually(lambda: len(rounds) > quiet)
            assert len(written) == before
            done.set()


def test_hints_are_cut_to_what_postgres_takes():
    drafts = [uuid4() for _ in range(400)]
    typing = [Typing(draft, "🦊" * 300) for draft in drafts[:50]]
    mine = uuid4()
    payloads = Hint(mine, drafts, typing).packed()
    assert max(len(payload.encode()) for payload in payloads) < 8000
    hints = [parse(payload) for payload in payloads]
    assert {hint.process_id for hint in hints} == {mine}
    assert [draft for hint in hints for draft in hint.drafts] == drafts
    assert [each for hint in hints for each in hint.typing] == typing
    assert [parse(payload) for payload in Hint(mine).packed()] == [Hint(mine, [], [])]


@pytest.mark.parametrize("payload", ["", "{}", "[1, [], []]", '["x", [], []]', "[[], []]", "null"])
def test_a_hint_that_is_none_is_refused(payload):
    with pytest.raises(ValueError, match=r".*"):
        parse(payload)
