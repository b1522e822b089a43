"""`onering serve`: everything started in order, watched while it runs, and stopped in reverse."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import monotonic

from onering import __version__
from onering.auth import boot
from onering.log.connection import DATABASE_FAULTS, Database
from onering.log.event import DEFAULT_LANE
from onering.log.retry import Backoff
from onering.page import MISSING, OURS, is_built
from onering.service.database import brought_up, data_folder, given_url, place
from onering.service.environment import account
from onering.service.faults import Misconfigured, ServiceError
from onering.service.folders import DataFolder
from onering.service.listener import bind, url
from onering.service.orders import Orders
from onering.service.postgres import CONNECTIONS, EmbeddedPostgres
from onering.service.progress import progress_bar
from onering.service.signing import begun, keyring
from onering.service.workers import COMMAND, Workers
from onering.settings import Settings
from projections.rebuild import prepare

logger = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Workers keep the deadline by themselves; this is the time to see that they did.
GRACE_SECONDS = 1.0
ECHO_SECONDS = 0.5
WATCH_SECONDS = 0.2
TRIM_SECONDS = 60.0
# What the background tasks of one worker connect with, beside its pool, generously.
TASK_CONNECTIONS = 12


def serve(settings: Settings, say: Callable[[str], None], worker: Sequence[str] = COMMAND) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; return after a clean stop. `say` takes lines for a person.

    Raises Misconfigured before anything was started, and ServiceError when it can't start or go on.
    """
    check(settings)
    if given_url(settings) is None:
        # Two that are started alike clash on the port as well; this is the clearer reason.
        data_folder(settings).check_free()
    with bind(settings.host, settings.port) as listener:
        asyncio.run(Supervisor(settings, listener, say, worker).run())


def check(settings: Settings) -> None:
    """Raise Misconfigured where these settings would not be safe to serve with; warn of a risk that was accepted."""
    given_url(settings)
    if settings.sign == "on":
        keyring(settings)
    try:
        boot.check(settings, development_secret=None)
    except boot.UnsafeConfiguration as unsafe:
        raise Misconfigured(str(unsafe)) from unsafe
    if settings.page is not None and not is_built(settings.page):
        raise Misconfigured(f"ONERING_PAGE must be the folder of a page; there is no index.html in {settings.page}.")
    if settings.unsafe_local:
        logger.warning("ONERING_UNSAFE_LOCAL is on: whoever reaches %s can be anyone", settings.host)


class Supervisor:
    """Owns Postgres and the workers; `listener` is bound and not listening yet."""

    def __init__(
        self, settings: Settings, listener: socket.socket, say: Callable[[str], None], worker: Sequence[str]
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._say = say
        self._worker = worker
        self._folder = data_folder(settings)
        self._postgres = None if given_url(settings) else _embedded(settings, self._folder, say)
        self._database_up = asyncio.Event()
        self._workers: Workers | None = None
        self._meeting: Path | None = None
        self._told: float | None = None

    async def run(self) -> None:
        """Start, watch, and stop. Raises ServiceError."""
        main = asyncio.current_task()
        assert main is not None
        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal, main)
        try:
            await self._serve(await self._prepared())
        except asyncio.CancelledError:
            if self._told is None:
                raise
        finally:
            await self._stop()

    def _on_signal(self, main: "asyncio.Task[None]") -> None:
        now = monotonic()
        if self._told is None:
            self._told = now
            self._say("Stopping …")
            main.cancel()
        # A closing terminal, `timeout` and others send their signal twice at once: to us, and to our group.
        elif now - self._told > ECHO_SECONDS and self._workers is not None:
            self._workers.kill()

    async def _prepared(self) -> Orders:
        """Have a database with everything in it; return what workers need to know."""
        secret = self._folder.development_secret() if self._settings.developing else None
        if self._postgres is not None:
            if not self._folder.cluster.exists():
                self._say(f"Making a database in {self._folder.path} …")
            await self._in_thread(self._postgres.start)
        self._database_up.set()
        dsn = await brought_up(given_url(self._settings) or self._embedded_dsn())
        try:
            with progress_bar() as progress:
                await prepare(Database(dsn), DEFAULT_LANE, progress=progress)
        except DATABASE_FAULTS as fault:
            raise ServiceError(f"The read models could not be built: {fault}.") from fault
        settings = await begun(self._settings, dsn, account())
        if self._settings.workers > 1:
            self._meeting = Path(mkdtemp(prefix="onering-"))
        return Orders(settings, dsn, secret, self._meeting)

    def _embedded_dsn(self) -> str:
        assert self._postgres is not None
        return self._postgres.dsn()

    async def _serve(self, orders: Orders) -> None:
        """Serve for ever. Raises ServiceError when that is no longer possible."""
        self._workers = Workers(
            self._settings.workers,
            self._listener,
            orders.packed(),
            before=self._database_up.wait,
            command=self._worker,
        )
        try:
            async with asyncio.TaskGroup() as group:
                if self._postgres is not None:
                    group.create_task(self._keep(self._postgres), name="postgres")
                group.create_task(self._workers.run(), name="workers")
                await self._workers.ready()
                self._say(self._banner())
        except BaseExceptionGroup as faults:
            raise first_of(faults) from faults

    async def _keep(self, postgres: EmbeddedPostgres) -> None:
        """Start Postgres again when it died, and keep its log short."""
        trimmed = monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not postgres.alive():
                logger.error("Postgres died; it is started again")
                self._database_up.clear()
                await self._start_again(postgres)
                self._database_up.set()
            elif monotonic() - trimmed > TRIM_SECONDS:
                trimmed = monotonic()
                # A disk that is full is no reason to stop.
                with suppress(OSError):
                    postgres.trim_log()

    async def _start_again(self, postgres: EmbeddedPostgres) -> None:
        """Try until it works: on a disk that is full, say, somebody makes room, and finds the service going on."""
        backoff = Backoff()
        while True:
            try:
                await self._in_thread(postgres.run)
            except ServiceError as fault:
                logger.log(backoff.level(), "%s", fault)
                await backoff.wait()
            else:
                return

    async def _stop(self) -> None:
        # After a failure as well: a signal from here on hastens the stop, and must not break it off.
        self._told = self._told or monotonic()
        self._listener.close()
        try:
            if self._workers is not None:
                await self._workers.stop(self._settings.shutdown_seconds + GRACE_SECONDS)
        finally:
            if self._postgres is not None:
                await self._in_thread(self._postgres.stop)
            if self._meeting is not None:
                rmtree(self._meeting, ignore_errors=True)

    async def _in_thread(self, call: Callable[[], None]) -> None:
        """Run what blocks. A thread can't be cancelled, so it is asked to give up and waited for."""
        running = asyncio.ensure_future(asyncio.to_thread(call))
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError:
            assert self._postgres is not None
            self._postgres.abandon()
            await asyncio.wait({running})
            # That it gave up is no news.
            running.exception()
            raise
        running.result()

    def _banner(self) -> str:
        embedded = self._postgres is not None
        where = str(self._folder.path) if embedded else place(given_url(self._settings) or "")
        address = url(self._listener, self._settings.host)
        return banner(address, where, invitation(self._settings, address), developing=self._settings.developing)


def _embedded(settings: Settings, folder: DataFolder, say: Callable[[str], None]) -> EmbeddedPostgres:
    needed = settings.workers * (settings.pool_connections + TASK_CONNECTIONS)
    return EmbeddedPostgres(folder, say=say, connections=max(CONNECTIONS, needed + CONNECTIONS // 2))


def banner(address: str, data: str, invitation: str, *, developing: bool) -> str:
    """Return what a person reads when the service is ready: at most ten lines."""
    caller = "'X-User-Id: alice'" if developing else '"Authorization: Bearer $TOKEN"'
    return "\n".join(
        (
            f"OneRing {__version__} is ready: {address}",
            f"Data: {data}",
            invitation,
            "Or create a draft from a terminal:",
            f"  curl {address}/v1/collab/drafts -H {caller} -H 'Content-Type: application/json' \\",
            """    -d '{"title": "A walk", "initial_segment": "It was late."}'""",
            "Stop with Ctrl-C.",
        )
    )


def invitation(settings: Settings, address: str) -> str:
    """Return the line that says where to go with a browser, or that there is no page to go to."""
    if not is_built(settings.page or OURS):
        return MISSING
    if settings.developing:
        return f"Open {address} in a browser, in two windows as two people."
    return f"Open {settings.public_url or address} in a browser."


def first_of(faults: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the fault that ended a group of tasks; the others followed from it."""
    found = faults.exceptions[0]
    return first_of(found) if isinstance(found, BaseExceptionGroup) else found
