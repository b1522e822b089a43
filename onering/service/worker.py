"""One worker process: it serves from the supervisor's socket until it is told to stop, or a task of it dies."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, Protocol

import uvicorn
import uvloop

from onering import logs
from onering.http.boundary import safety_headers
from onering.metrics.peers import Place
from onering.service.handshakes import ServiceSockets
from onering.service.orders import READY, received
from onering.service.protocol import ServiceProtocol
from onering.settings import Settings

logger = logging.getLogger(__name__)

# Longer than the idle time of common proxies, which would otherwise send into a connection that is just closing.
KEEP_ALIVE_SECONDS = 75
BACKLOG = 2048
# Objects made before the youngest are looked through for cycles; CPython's 700 cost 5 % of the way of a command.
GARBAGE_THRESHOLD = 50_000
# After a failure only answers on their way are waited for.
FAILED_SECONDS = 1.0
# The part of the deadline in which requests may end; the rest is for closing what they used.
ANSWERING_SHARE = 0.8


class Process(Protocol):
    """What `onering.app.running` yields."""

    @property
    def asgi(self) -> Any:
        """The ASGI application."""

    async def failed(self) -> BaseException:
        """Wait until a background task died, and return what it died of."""

    async def drain(self) -> None:
        """Let the sockets go, and store what was accepted."""


Running = Callable[[Settings, str, bytes | None, Place], AbstractAsyncContextManager[Process]]


def main(running: Running) -> None:
    """Serve what `running` makes, by the orders on standard input. The arguments are the number of the socket to serve
    from, and that of this worker among those of its service.

    Exits with 0 after it was told to stop, with 1 after a failure.
    """
    descriptor, number = map(int, sys.argv[1:])
    listener = socket.socket(fileno=descriptor)
    report = _take_standard_output()
    # Ctrl-C and a closing terminal are the supervisor's to act on.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    try:
        orders = received(sys.stdin.buffer)
    except EOFError:
        sys.exit("the supervisor ended before it gave orders")
    logs.configure(orders.settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        settings, place = orders.settings, Place(number, orders.folder)
        process = running(settings, orders.dsn, orders.development_secret, place)
        code = runner.run(_serve(process, settings, listener, report))
    sys.exit(code)


def _take_standard_output() -> int:
    """Return what was standard output: the way to the supervisor. Stray prints go to standard error instead."""
    report = os.dup(1)
    os.dup2(2, 1)
    return report


async def _serve(
    running: AbstractAsyncContextManager[Process], settings: Settings, listener: socket.socket, report: int
) -> int:
    _follow_supervisor()
    async with running as process:
        _spare_the_collector()
        server = _Server(_config(settings, process.asgi), report)
        stop = _stop_signal(settings.shutdown_seconds)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listener]), name="uvicorn")
            failing = group.create_task(process.failed(), name="failure")
            stopping = group.create_task(stop.wait(), name="stop")
            await asyncio.wait({serving, failing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                logger.critical("this process stops: %r", failing.result())
                server.finish(min(FAILED_SECONDS, settings.shutdown_seconds))
            else:
                await _drain(server, process, settings.shutdown_seconds * ANSWERING_SHARE)
            await asyncio.wait({serving})
            for waiting in (failing, stopping):
                waiting.cancel()
    return 1 if failing.done() and not failing.cancelled() else 0


async def _drain(server: "_Server", process: Process, seconds: float) -> None:
    """Accept nobody new, let sockets go and requests end, in `seconds` altogether."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    server.stop_accepting()
    try:
        async with asyncio.timeout_at(deadline):
            await process.drain()
    except TimeoutError:
        logger.error("sockets and commands did not end within %.1f s", seconds)
    server.finish(deadline - loop.time())


def _spare_the_collector() -> None:
    """Leave what was made at start to itself, and look for cycles less often: requests make hardly any."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 20)


def _follow_supervisor() -> None:
    """End when the supervisor does, however it ends: nobody writes to standard input, so it tells by closing."""
    loop = asyncio.get_running_loop()

    def closed() -> None:
        loop.remove_reader(0)
        # Before anything was served that is the end at once, afterwards the ordinary stop.
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(0, closed)


def _stop_signal(seconds: float) -> asyncio.Event:
    """Return an event that SIGTERM sets. From then on this process has `seconds`, whatever hangs in it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(number: int, frame: object) -> None:
        # Unhandled, SIGALRM ends the process even while Python code holds the loop; so this is no handler of the loop.
        signal.setitimer(signal.ITIMER_REAL, seconds)
        loop.call_soon_threadsafe(stop.set)

    signal.signal(signal.SIGTERM, told)
    return stop


def _config(settings: Settings, application: Any) -> uvicorn.Config:
    headers = tuple(safety_headers(tls=not settings.developing))

    class Heads(ServiceProtocol):
        safety = headers
        head_limit = settings.header_limit
        head_seconds = settings.header_seconds
        stall_seconds = settings.stall_seconds

    class Sockets(ServiceSockets):
        safety = headers

    return uvicorn.Config(
        application,
        interface="asgi3",
        http=Heads,
        ws=Sockets,
        lifespan="off",
        ws_max_size=settings.socket_frame_limit,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=BACKLOG,
    )


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to us, says when it serves, and stops when we say."""

    def __init__(self, config: uvicorn.Config, report: int) -> None:
        super().__init__(config)
        self._report = report

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(self._report, READY)
        os.close(self._report)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own handlers would break off every socket at once, and raise the signal again at the end.
        yield

    def stop_accepting(self) -> None:
        """Close our part of the listening socket; told before it was ours, there is none."""
        for server in getattr(self, "servers", ()):
            server.close()

    def finish(self, seconds: float) -> None:
        """Have it end: requests on their way get `seconds`."""
        self.config.timeout_graceful_shutdown = max(seconds, 0.0)  # type: ignore[assignment]  # waits take fractions
        self.should_exit = True


if __name__ == "__main__":
    from onering.app import running

    main(running)
