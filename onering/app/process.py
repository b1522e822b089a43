"""A process that serves: everything behind the port, from its start to its end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from onering.app.front import Front
from onering.app.means import Means
from onering.app.parts import Parts
from onering.app.signing import Signing
from onering.auth.clock import Clock
from onering.auth.composition import Auth
from onering.http.limiting import Rates
from onering.limits.limiter import Limiter
from onering.live.hub import Hub
from onering.log.batcher import Batcher
from onering.log.event import DEFAULT_LANE
from onering.metrics.peers import ALONE, Place
from onering.records.recorder import Recorder
from onering.settings import Settings
from onering.tasks import Tasks
from projections.rebuild import prepare


@dataclass(frozen=True, slots=True)
class Process:
    """A process that serves: its application, what its server must do before it stops, sign-in, and its limits."""

    asgi: ASGIApp
    hub: Hub
    batcher: Batcher
    recorder: Recorder
    signing: Signing
    tasks: Tasks
    auth: Auth
    limiter: Limiter
    rates: Rates

    async def failed(self) -> BaseException:
        """Wait until a background task died, and return what it died of: this process must not go on."""
        return await self.tasks.wait_failed()

    async def drain(self) -> None:
        """Move every socket on, see everything submitted through to its outcome and what is told of it, and sign it."""
        await self.hub.drain()
        await self.batcher.drained()
        await self.recorder.drained()
        await self.signing.finish()


@asynccontextmanager
async def running(
    settings: Settings,
    dsn: str,
    development_secret: bytes | None = None,
    place: Place = ALONE,
    clock: Clock = Clock(),  # noqa: B008 - frozen
) -> AsyncIterator[Process]:
    """Run everything behind the port on the database at `dsn`, which is migrated, until the block ends.

    A database that is away is waited for. `development_secret` (32 bytes or more) admits the tokens of `onering token`,
    in local and test; `place` is where this process stands among those of the same port; tokens are judged by `clock`.

    Raises boot.UnsafeConfiguration, LookupError for a database without a log, and DATABASE_FAULTS.
    """
    async with AsyncExitStack() as closing:
        means = await Means.of(settings, dsn, development_secret, clock, closing)
        parts = Parts(means, place)
        await prepare(means.database, DEFAULT_LANE)
        await parts.log.tail.start()
        # What the tail brings comes after this; what is revoked must be known before anybody is served.
        await parts.revocations.load()
        await parts.limits.start()
        parts.tasks.start(parts.runs())
        closing.push_async_callback(parts.tasks.stop, settings.shutdown_seconds)
        await closing.enter_async_context(parts.peers.answering())
        yield Process(
            Front(parts).asgi(),
            parts.hub,
            parts.log.batcher,
            parts.recorder,
            parts.signing,
            parts.tasks,
            parts.auth,
            parts.limits.limiter,
            parts.limits.rates,
        )
