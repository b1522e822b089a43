"""The scenes of a soak: which database a service is broken with."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from pathlib import Path

from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from onering.service.postmaster import left_behind
from scripts.soaking.proxy import proxied
from scripts.soaking.signing_in import issuing
from scripts.soaking.standby import replicated
from scripts.soaking.victim import Victim


class Scene(StrEnum):
    """What stands between a service and its log."""

    EMBEDDED = "embedded"
    PROXIED = "proxied"
    REPLICATED = "replicated"


@asynccontextmanager
async def victim(workers: int, scene: Scene, log: Path | None = None) -> AsyncIterator[Victim]:
    """Serve until the block ends; the data is thrown away. What the service said is added to `log`."""
    parent = _folder()
    try:
        async with AsyncExitStack() as stack:
            yield await _made(stack, parent, workers, scene)
    finally:
        if log is not None:
            _kept(parent / "log", log)
        shutil.rmtree(parent)


def _kept(said: Path, log: Path) -> None:
    with log.open("ab") as kept:
        kept.write(said.read_bytes() if said.exists() else b"")


async def _made(stack: AsyncExitStack, parent: Path, workers: int, scene: Scene) -> Victim:
    issuer = await stack.enter_async_context(issuing())
    match scene:
        case Scene.EMBEDDED:
            embedded = EmbeddedPostgres(DataFolder(parent / "data"), say=lambda _: None)
            made = Victim(parent, workers, issuer, embedded)
            # Only where it had to be killed, with nobody to stop its Postgres.
            stack.push_async_callback(asyncio.to_thread, _stop_left_behind, made)
        case Scene.PROXIED:
            given = EmbeddedPostgres(DataFolder(parent / "given"), say=lambda _: None)
            stack.push_async_callback(asyncio.to_thread, given.stop)
            await asyncio.to_thread(given.start)
            proxy = await stack.enter_async_context(proxied(given.dsn()))
            made = Victim(parent, workers, issuer, given, proxy.dsn)
            made.proxy = proxy
        case Scene.REPLICATED:
            pair = stack.enter_context(replicated(parent, synchronous=True))
            made = Victim(parent, workers, issuer, pair, pair.url)
            made.pair = pair
    stack.push_async_callback(asyncio.to_thread, made.stop)
    return made


def _stop_left_behind(made: Victim) -> None:
    if (left := left_behind(made.folder.cluster)) is not None:
        left.stop()


def _folder() -> Path:
    parent = Path(tempfile.mkdtemp(prefix="onering-soak-"))
    # Postgres's own user must be able to pass through.
    parent.chmod(0o755)
    return parent
