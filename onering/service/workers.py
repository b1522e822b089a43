"""The worker processes as the supervisor sees them: started, replaced when they die, stopped by a deadline."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from onering.service.faults import ServiceError
from onering.service.orders import READY

logger = logging.getLogger(__name__)

# -P keeps the folder we were started in from shadowing our packages.
COMMAND = (sys.executable, "-P", "-m", "onering.service.worker")

MOST_FALSE_STARTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 10.0
# A worker that served so long was fine; its end starts a new count.
FINE_SECONDS = 60.0


def ended(code: int) -> str:
    """Return how a process ended, by its return code, as the end of a sentence."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


class Workers:
    """`count` processes on one listening socket, each told `orders`. `before` is awaited before each one starts."""

    def __init__(
        self,
        count: int,
        listener: socket.socket,
        orders: bytes,
        *,
        before: Callable[[], Awaitable[object]],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._count = count
        self._listener = listener
        self._orders = orders
        self._before = before
        self._command = command
        self._running: set[asyncio.subprocess.Process] = set()
        self._ready = asyncio.Event()
        self._stopping = False

    async def ready(self) -> None:
        """Wait until one of them serves."""
        await self._ready.wait()

    async def run(self) -> None:
        """Keep all of them running, until `stop`. Raises ServiceError when none ever comes to serve."""
        async with asyncio.TaskGroup() as group:
            for number in range(1, self._count + 1):
                group.create_task(self._keep(number), name=f"worker {number}")

    async def stop(self, seconds: float) -> None:
        """Tell them to stop, and end those that did not within `seconds`. `run` returns then, or was cancelled."""
        self._stopping = True
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds):
                await self._ended()
        except TimeoutError:
            logger.error("workers did not stop within %.1f s and are ended", seconds)
            self.kill()
            await self._ended()

    def kill(self) -> None:
        """End them at once. What was acknowledged is stored; requests on their way get no answer."""
        self._signal(signal.SIGKILL)

    async def _keep(self, number: int) -> None:
        false_starts, pause = 0, FIRST_PAUSE
        while not self._stopping:
            await self._before()
            began = monotonic()
            code, served = await self._one(number)
            if self._stopping:
                return
            logger.error("worker %d %s", number, ended(code))
            false_starts = 0 if served else false_starts + 1
            # What served before will again, when whatever is away comes back; the others go on serving meanwhile.
            if false_starts == MOST_FALSE_STARTS and not self._ready.is_set():
                raise ServiceError(
                    f"The service does not come up: worker {number} ended {false_starts} times before it could serve; "
                    f"at last it {ended(code)}. The reason is logged above."
                )
            pause = FIRST_PAUSE if monotonic() - began > FINE_SECONDS else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _one(self, number: int) -> tuple[int, bool]:
        """Run one worker to its end; return its exit code and whether it ever served."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            str(self._listener.fileno()),
            str(number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._listener.fileno()],
            # The terminal's Ctrl-C is ours to act on: a worker ends when it is told to, or its standard input closes.
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        # Cancelled from here on, it stays among the running ones for `stop` to find.
        self._running.add(process)
        process.stdin.write(self._orders)
        served = await process.stdout.readline() == READY
        if served:
            self._ready.set()
        code = await process.wait()
        self._running.discard(process)
        return code, served

    async def _ended(self) -> None:
        for process in list(self._running):
            await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        for process in self._running:
            if process.returncode is None:
                process.send_signal(number)
