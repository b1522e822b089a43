"""Background tasks: one that dies is known at once, and all of them stop by a deadline."""

import asyncio
from typing import Any

import pytest

from onering.tasks import Tasks


async def for_ever() -> None:
    await asyncio.Event().wait()


async def dies() -> None:
    await asyncio.sleep(0)
    raise OSError("the disk is gone")


async def ends() -> None:
    await asyncio.sleep(0)


async def torn() -> None:
    gone = asyncio.get_running_loop().create_future()
    gone.cancel()
    await gone


async def test_one_that_dies_takes_the_others_with_it_and_says_why(caplog: Any) -> None:
    tasks = Tasks()
    tasks.start({"good": for_ever, "bad": dies})
    failure = await asyncio.wait_for(tasks.wait_failed(), 5)
    assert isinstance(failure, ExceptionGroup)
    assert str(failure.exceptions[0]) == "the disk is gone"
    assert not tasks.alive
    assert "the task 'bad' died" in caplog.text
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "good"]


async def test_one_that_ends_has_failed_too() -> None:
    tasks = Tasks()
    tasks.start({"short": ends})
    failure = await asyncio.wait_for(tasks.wait_failed(), 5)
    assert isinstance(failure, ExceptionGroup)
    assert "'short' ended" in str(failure.exceptions[0])


async def test_one_that_is_cancelled_from_within_has_failed_too() -> None:
    """What it waited for was cancelled, and nobody told it to stop: a group of tasks takes that for an end in peace."""
    tasks = Tasks()
    tasks.start({"torn": torn, "good": for_ever})
    failure = await asyncio.wait_for(tasks.wait_failed(), 5)
    assert isinstance(failure, ExceptionGroup)
    assert "'torn' ended" in str(failure.exceptions[0])
    assert not tasks.alive


async def test_stopping_is_no_failure() -> None:
    tasks = Tasks()
    tasks.start({"good": for_ever})
    waiting = asyncio.create_task(tasks.wait_failed())
    await asyncio.sleep(0)
    assert tasks.alive
    await tasks.stop(5)
    assert not tasks.alive
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.05)


async def test_one_that_does_not_stop_in_time_is_told(caplog: Any) -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        try:
            await for_ever()
        finally:
            await release.wait()

    tasks = Tasks()
    tasks.start({"stubborn": stubborn})
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await tasks.stop(0.05)
    assert "did not stop within" in caplog.text
    release.set()
    await tasks.stop(5)


async def test_what_was_never_started_stops_at_once() -> None:
    tasks = Tasks()
    assert not tasks.alive
    await tasks.stop(0)
    with pytest.raises(RuntimeError, match="not started"):
        await tasks.wait_failed()
