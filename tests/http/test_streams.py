"""Answers made of chunks: pulled one by one, ended by whoever hangs up, never half a problem document."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from onering.http.streams import Streamed


async def never() -> None:
    await asyncio.Event().wait()


def body(sent: list[Any]) -> list[bytes]:
    return [message["body"] for message in sent if message["type"] == "http.response.body"]


async def test_the_next_chunk_is_made_when_the_last_one_was_taken() -> None:
    made: list[int] = []
    sent: list[Any] = []

    async def chunks() -> AsyncGenerator[bytes, None]:
        for n in range(3):
            made.append(n)
            yield b"%d" % n

    async def send(message: Any) -> None:
        if message.get("body"):
            assert made == list(range(len(body(sent)) + 1))
        sent.append(message)

    await Streamed(chunks(), never, b"text/csv").send(send)
    assert body(sent) == [b"0", b"1", b"2", b""]
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, True, False]


async def test_nothing_at_all_is_an_empty_answer() -> None:
    sent: list[Any] = []

    async def chunks() -> AsyncGenerator[bytes, None]:
        return
        yield b""

    async def send(message: Any) -> None:
        sent.append(message)

    await Streamed(chunks(), never, b"text/csv").send(send)
    assert b"".join(body(sent)) == b""
    assert sent[-1].get("more_body", False) is False


async def test_whoever_hangs_up_ends_it_in_the_middle_of_what_it_waits_for() -> None:
    left, closed, sent = asyncio.Event(), asyncio.Event(), list[Any]()

    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            yield b"one"
            left.set()
            await never()
        finally:
            closed.set()

    async def gone() -> None:
        await left.wait()

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(10):
        await Streamed(chunks(), gone, b"text/csv").send(send)
    assert closed.is_set()
    assert body(sent) == [b"one"]


@pytest.mark.parametrize("before", [0, 1])
async def test_what_goes_wrong_is_raised_and_nothing_is_sent_that_looks_complete(before: int) -> None:
    sent: list[Any] = []

    async def chunks() -> AsyncGenerator[bytes, None]:
        for _ in range(before):
            yield b"one"
        raise TimeoutError

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(TimeoutError):
        await Streamed(chunks(), never, b"text/csv").send(send)
    assert body(sent) == [b"one"] * before
    assert all(message.get("more_body", True) for message in sent)
