"""A standby that takes over: what it had not received is lost, and whoever saw that must be told."""

import asyncio
import os
import signal

import asyncpg
import pytest

from onering.log.epoch import read_epoch
from onering.log.migrate import migrate
from onering.service.database import given_url
from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from onering.settings import Settings
from tests.service.serving import wait_until
from tests.service.test_postgres import ask, running


def test_the_epoch_is_another_from_the_promotion_on(folder: DataFolder) -> None:
    """What pg_control says is from before it, until a first checkpoint that may take minutes."""
    with running(folder) as embedded:
        asyncio.run(migrate(embedded.dsn()))
        before = asyncio.run(epoch(embedded))
        ask(embedded, "CREATE TABLE much_to_write AS SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n")
        os.kill(embedded.pid, signal.SIGQUIT)
        wait_until(lambda: not embedded.alive(), "its end")
        # It comes back as a standby that has received everything so far.
        (embedded.folder.cluster / "standby.signal").touch()
        embedded.run()
        ask(embedded, "SELECT pg_promote()")
        assert asyncio.run(epoch(embedded)) != before


@pytest.mark.parametrize(
    ("given", "added"),
    [
        ("postgresql://app@one:5432,other:5433/log", "?target_session_attrs=read-write"),
        ("postgresql://app@one,other/log?sslmode=require", "&target_session_attrs=read-write"),
        ("postgresql://app@/log?host=/one,/other&port=5432,5433", "&target_session_attrs=read-write"),
        ("postgresql://app@one,other/log?target_session_attrs=any", ""),
        ("postgresql://app:a%2Cb@one/log", ""),
    ],
)
def test_of_several_servers_the_one_that_takes_writes_is_meant(given: str, added: str) -> None:
    assert given_url(Settings(DATABASE_URL=given)) == given + added


async def epoch(embedded: EmbeddedPostgres) -> str:
    conn = await asyncpg.connect(embedded.dsn())
    try:
        return await read_epoch(conn)
    finally:
        await conn.close()
