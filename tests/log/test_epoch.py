"""The epoch: one name for one history, the same to everybody, and another after a restore."""

import re
from typing import Any

import asyncpg
import pytest

from onering.log.epoch import bump_epoch, read_epoch
from onering.log.migrate import migrate


async def test_it_is_the_same_on_every_connection_and_for_every_role(app: Any, connect: Any, owner: Any) -> None:
    epochs = {await read_epoch(conn) for conn in (app, await connect(), owner)}
    assert len(epochs) == 1
    assert re.fullmatch("[0-9a-f]{12}", epochs.pop())


async def test_a_bump_starts_a_new_one_and_never_an_old_one(app: Any, owner: Any) -> None:
    seen = [await read_epoch(app)]
    for _ in range(3):
        seen.append(await bump_epoch(owner))
        assert await read_epoch(app) == seen[-1]
    assert len(set(seen)) == 4


async def test_the_service_itself_cannot_start_one(app: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await bump_epoch(app)


async def test_another_log_of_the_same_cluster_has_another(app: Any, empty_dsn: str) -> None:
    await migrate(empty_dsn)
    other = await asyncpg.connect(empty_dsn)
    assert await read_epoch(other) != await read_epoch(app)
    await other.close()


async def test_a_database_without_a_log_says_what_to_do(owner: Any) -> None:
    await owner.execute("DELETE FROM onering.log")
    with pytest.raises(LookupError, match="onering migrate"):
        await read_epoch(owner)
