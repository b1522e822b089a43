"""The background tasks of a process: named, started together, stopped by a deadline; one that dies is known at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

logger = logging.getLogger(__name__)


class Tasks:
    """Runs tasks that should never end. When one does, the others are stopped and `wait_failed` returns its error."""

    def __init__(self) -> None:
        self._group: asyncio.Task[None] | None = None

    def start(self, runs: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Start every task under its name."""
        self._group = asyncio.create_task(self._run(runs), name="supervisor")

    async def wait_failed(self) -> BaseException:
        """Wait until a task died, and return what it died of; for ever if none does."""
        if self._group is None:
            raise RuntimeError("the tasks were not started")
        await asyncio.wait([self._group])
        if self._group.cancelled():
            # Stopped on purpose: whoever waits for a failure waits in vain.
            await asyncio.Event().wait()
        return self._group.exception() or RuntimeError("a background task ended")

    @property
    def alive(self) -> bool:
        """Whether all tasks are running."""
        return self._group is not None and not self._group.done()

    async def stop(self, seconds: float) -> None:
        """Cancel every task and wait for the end of them, at most `seconds`."""
        if self._group is None:
            return
        self._group.cancel()
        _, late = await asyncio.wait([self._group], timeout=seconds)
        if late:
            logger.error("background tasks did not stop within %.1f s", seconds)

    async def _run(self, runs: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        async with asyncio.TaskGroup() as group:
            for name, run in runs.items():
                group.create_task(self._watch(name, run), name=name)

    async def _watch(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            await run()
        except asyncio.CancelledError:
            if task.cancelling():
                raise
            # It was not told to stop: something it waited for was cancelled, and the group would take that for a stop.
            logger.error("the task %r was cancelled from within; this process stops", name)
        except Exception:
            logger.exception("the task %r died; this process stops", name)
            raise
        raise RuntimeError(f"the task {name!r} ended")
