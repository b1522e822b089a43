"""Trying again: a database that stays away is said once, and then now and then."""

from logging import DEBUG, WARNING
from typing import Any

from onering.log import retry
from onering.log.retry import Backoff


async def test_a_row_of_failures_is_said_once_and_a_new_row_again(monkeypatch: Any) -> None:
    backoff, levels = Backoff(first=0, cap=0), []
    for _ in range(3):
        levels.append(backoff.level())
        await backoff.wait()
    assert backoff.failing
    monkeypatch.setattr(retry, "SAID_SECONDS", 0)
    levels.append(backoff.level())
    monkeypatch.undo()
    backoff.reset()
    assert not backoff.failing
    levels.append(backoff.level())
    assert levels == [WARNING, DEBUG, DEBUG, WARNING, WARNING]
