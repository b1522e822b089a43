"""A log that is signed: its keys folder, what is appended to it, and processes that sign it, as a service runs them."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.tail import Tail
from onering.proofs.folder import KeysFolder
from onering.proofs.keyring import Keyring
from onering.proofs.merkle import consistency, verify_consistency
from onering.proofs.notes import Checkpoint, SigningKey, VerifierKey, opened
from onering.proofs.signer import Signer
from onering.proofs.tree import Published, nodes, published, roots
from onering.service.log_keys import Operator
from onering.service.signing import begun, keyring
from onering.settings import Environment, Settings
from onering.tasks import Tasks
from tests.log.writing import command, write

PATIENCE = 20.0
PUBLISHED_SIZE = "SELECT size FROM onering.checkpoints"


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = condition()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(runs: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIterator[Tasks]:
    """Run tasks until the block ends; none of them may die."""
    tasks = Tasks()
    tasks.start(runs)
    try:
        yield tasks
        assert tasks.alive
    finally:
        await tasks.stop(5)


class Process:
    """One process that may sign."""

    def __init__(self, signer: Signer, tail: Tail, tasks: Tasks) -> None:
        self.signer, self.tail, self.tasks = signer, tail, tasks

    @property
    def why(self) -> str:
        """Why it does not sign any more; empty if it does."""
        state, detail = self.signer.standing()
        return str(detail) if state == "refused" else ""

    async def refuses(self) -> str:
        await until(lambda: self.why)
        return self.why


class SignedLog:
    """A database, its keys folder, and what can be asked of both."""

    def __init__(self, dsn: str, path: Path, conn: Any) -> None:
        self.dsn, self.path, self.conn = dsn, path, conn
        self.folder = KeysFolder(path)
        self.settings = Settings(env=Environment.TEST, keys=path, log_origin="example.com/log")

    async def start(self, **changes: Any) -> None:
        """Do what a service does when it starts."""
        await begun(self.settings.model_copy(update=changes), self.dsn, "root")

    @property
    def operator(self) -> Operator:
        return Operator(self.conn, keyring(self.settings), self.settings, "root")

    async def append(self, count: int = 1) -> None:
        await append(self.conn, LANE, [command(write(uuid4().hex, 0, *map(str, range(count))))])

    @asynccontextmanager
    async def process(
        self, *, keys: Path | None = None, given: tuple[SigningKey, ...] = (), seconds: float = 0.01, **options: Any
    ) -> AsyncIterator[Process]:
        """Run a process that may sign until the block ends; it must not die."""
        database = Database(self.dsn)
        tail = Tail(database, LANE, poll_seconds=0.02)
        ring = Keyring(KeysFolder(keys or self.path), given)
        signer = Signer(database, tail, ring, checkpoint_seconds=seconds, look_seconds=0.05, **options)
        await tail.start()
        async with running({"tail": tail.run, "signer": signer.run}) as tasks:
            yield Process(signer, tail, tasks)

    async def head(self) -> int:
        return int(await self.conn.fetchval("SELECT max(position) FROM onering.events"))

    async def newest(self) -> Published:
        found = await published(self.conn, LANE)
        assert found is not None
        return found

    async def signed(self, size: int | None = None) -> Published:
        """Wait until the log up to `size`, or all of it, is signed; return the checkpoint, its signatures verified."""
        size = await self.head() if size is None else size
        async with asyncio.timeout(PATIENCE):
            while (newest := await self.newest()).size < size:
                await asyncio.sleep(0.01)
        assert opened(newest.note, self.pinned()) == Checkpoint(newest.origin, newest.size, newest.root)
        return newest

    def pinned(self) -> list[VerifierKey]:
        keys = self.folder.keys()
        assert keys is not None
        return [key.verifier for key in keys.private]

    def remembered(self) -> int:
        """Return up to which position it is signed as far as the folder knows."""
        keys = self.folder.keys()
        assert keys is not None
        memory = self.folder.memory(keys.origin)
        assert memory is not None
        return memory.checkpoint.size

    async def leaves(self) -> list[bytes]:
        return await nodes(self.conn, LANE, 0, 0, 1_000_000)

    async def grew(self, before: Published, after: Published) -> bool:
        """Whether one checkpoint is that of a tree which grew to the other one's."""
        proof = await roots(self.conn, LANE, consistency(before.size, after.size))
        return verify_consistency(before.size, before.root, after.size, after.root, proof)


@asynccontextmanager
async def signed_log(dsn: str, path: Path) -> AsyncIterator[SignedLog]:
    """Open a log, with its first key, of the database at `dsn`, by the service's role."""
    log = SignedLog(dsn, path, await asyncpg.connect(dsn))
    try:
        await log.start()
        yield log
    finally:
        log.conn.terminate()


async def unprotected(owner: Any) -> None:
    """Let the administrator change the log."""
    await owner.execute("ALTER TABLE onering.events DISABLE TRIGGER ALL")


async def cut(owner: Any, count: int) -> None:
    """Delete the last events as a superuser can, and have the log go on as if they had never been."""
    await unprotected(owner)
    await owner.execute(
        "DELETE FROM onering.events WHERE position > (SELECT max(position) FROM onering.events) - $1", count
    )
