"""What is logged comes out as one line per entry, in one form, and does nothing to whoever looks at it."""

import asyncio
import io
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from onering import logs
from onering.logs.stream import PIECE_BYTES, Stream
from onering.settings import Environment, Settings

UGLY = 'a"b\n{"level":"error"}\r\x1b[31mred\x9b2J\u2028\u202e\x7f\x00 ü \ud800'

Configure = Callable[..., io.BytesIO]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Return what configures logging and returns where lines go; afterwards it is as before."""
    root = logging.getLogger()
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore", "asyncpg.pool", "projections")
    before = root.handlers, root.level, {name: logging.getLogger(name).level for name in names}

    def run(**settings: Any) -> io.BytesIO:
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(out, write_through=True))
        logs.configure(Settings(**settings))
        return out

    yield run
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers, _, levels = before
    root.setLevel(before[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def entries(out: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


class TestOneForm:
    def test_every_logger_goes_through_the_same_chain(self, configure: Configure) -> None:
        out = configure(log_format="json")
        structlog.get_logger("ours").warning("one", status=503)
        logging.getLogger("theirs").warning("two of %s", "them")
        logging.getLogger("uvicorn.error").warning("three")
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("four", stacklevel=1)
        told = entries(out)
        assert [(line["logger"], line["level"]) for line in told] == [
            ("ours", "warning"),
            ("theirs", "warning"),
            ("uvicorn.error", "warning"),
            ("py.warnings", "warning"),
        ]
        assert [list(line)[:4] for line in told] == [["timestamp", "level", "logger", "event"]] * 4
        assert [line["event"] for line in told[:3]] == ["one", "two of them", "three"]
        assert "four" in told[3]["event"]
        assert told[0]["status"] == 503

    @pytest.mark.parametrize("level", ["info", "error"])
    def test_what_is_less_severe_than_asked_for_stays_unsaid(self, configure: Configure, level: str) -> None:
        out = configure(log_format="json", log_level=level)
        for logger in (structlog.get_logger("ours"), logging.getLogger("theirs")):
            for name in ("debug", "info", "warning", "error", "critical"):
                getattr(logger, name)(name)
        said = ["info", "warning", "error", "critical"] if level == "info" else ["error", "critical"]
        assert [line["event"] for line in entries(out)] == said * 2

    @pytest.mark.parametrize(
        ("env", "log_format", "as_json"),
        [
            (Environment.LOCAL, None, False),
            (Environment.TEST, None, False),
            (Environment.STAGING, None, True),
            (Environment.PRODUCTION, None, True),
            (Environment.LOCAL, "json", True),
            (Environment.PRODUCTION, "console", False),
        ],
    )
    def test_people_read_while_developing_and_programs_elsewhere_unless_told(
        self, configure: Configure, env: Environment, log_format: str | None, as_json: bool
    ) -> None:
        out = configure(env=env, log_format=log_format)
        structlog.get_logger("ours").info("said", status=404)
        assert out.getvalue().startswith(b"{") is as_json
        assert (b"status=404" in out.getvalue()) is not as_json

    def test_an_unknown_form_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="log_format"):
            Settings(log_format="xml")


class TestInjection:
    def test_nothing_within_an_entry_ends_its_line_or_reaches_a_terminal(self, configure: Configure) -> None:
        out = configure(log_format="json")
        structlog.get_logger("ours").info("said", actor=UGLY, **{"user-agent": "ü"})
        logging.getLogger("theirs").warning("met %s", UGLY)
        said = out.getvalue()
        assert said.count(b"\n") == 2
        assert all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in said)
        assert entries(out)[0]["actor"] == UGLY
        assert entries(out)[1]["event"] == f"met {UGLY}"
        assert entries(out)[0]["timestamp"].endswith("Z")

    def test_nor_on_a_line_for_people(self, configure: Configure) -> None:
        out = configure(log_format="console")
        structlog.get_logger("ours").info("said", actor=UGLY)
        logging.getLogger("theirs").warning("met %s", UGLY)
        said = out.getvalue().decode()
        assert said.count("\n") == 2
        assert all(character == "\n" or character.isprintable() for character in said)
        assert "ü" in said


class Person(BaseModel):
    age: int


class TestTracebacks:
    def test_show_what_was_refused_but_not_what_it_quotes(self, configure: Configure) -> None:
        out = configure(log_format="json")
        text = "We left at dawn."
        refused = asyncpg.CheckViolationError("new row violates a check")
        refused.detail = f"Failing row contains ({text})."
        try:
            try:
                Person.model_validate({"age": text})
            except ValidationError as invalid:
                raise ExceptionGroup("several", [invalid, refused]) from refused
        except ExceptionGroup as several:
            structlog.get_logger("ours").error("failed", exc_info=several)
            logging.getLogger("theirs").exception("failed")
        assert len(entries(out)) == 2
        for line in entries(out):
            assert line["exception"].count("CheckViolationError: new row violates a check\n") == 2
            assert "1 validation error for Person\n" in line["exception"]
            assert "test_logs.py" in line["exception"]
            assert text not in line["exception"]

    def test_are_readable_for_people(self, configure: Configure) -> None:
        out = configure(log_format="console")
        try:
            raise ValueError("bad \x1b[31m")
        except ValueError:
            logging.getLogger("theirs").exception("failed")
        said = out.getvalue().decode()
        assert "\nTraceback (most recent call last):\n" in said
        assert "ValueError: bad \\x1b[31m" in said


class TestWriting:
    async def test_what_one_turn_of_the_loop_says_is_written_after_it_in_order(self) -> None:
        out = io.BytesIO()
        sink = Stream(out).sink()
        sink.info(b"1")
        sink.info(b"2")
        assert out.getvalue() == b""
        await asyncio.sleep(0)
        assert out.getvalue() == b"1\n2\n"

    async def test_trouble_is_written_without_delay_and_after_what_was_said_before(self) -> None:
        out = io.BytesIO()
        sink = Stream(out).sink()
        sink.info(b"1")
        sink.error(b"2")
        assert out.getvalue() == b"1\n2\n"

    def test_without_a_loop_every_line_is_written_at_once(self) -> None:
        out = io.BytesIO()
        Stream(out).sink().info(b"1")
        assert out.getvalue() == b"1\n"

    async def test_lines_leave_whole_in_pieces_that_a_pipe_takes_as_one(self) -> None:
        pieces: list[bytes] = []

        class Recorded(io.BytesIO):
            def write(self, piece: Any) -> int:
                pieces.append(bytes(piece))
                return len(piece)

        stream = Stream(Recorded())
        lengths = [10, 2000, 2000, 2000, 5000, 10]
        for length in lengths:
            stream.soon(b"x" * length)
        await asyncio.sleep(0)
        assert [len(piece) for piece in pieces] == [10 + 2000 + 2000 + 3, 2001, 5001, 11]
        assert all(len(piece) <= PIECE_BYTES or piece.count(b"\n") == 1 for piece in pieces)

    async def test_no_line_is_lost_or_doubled_between_threads(self) -> None:
        out = io.BytesIO()
        stream = Stream(out)
        others = [threading.Thread(target=lambda: [stream.now(b"t") for _ in range(500)]) for _ in range(3)]
        for other in others:
            other.start()
        for _ in range(500):
            stream.soon(b"l")
            await asyncio.sleep(0)
        for other in others:
            other.join()
        assert sorted(out.getvalue().splitlines()) == [b"l"] * 500 + [b"t"] * 1500

    def test_a_reader_that_went_away_stops_nobody(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb", buffering=0) as out:
            sink = Stream(out).sink()
            sink.error(b"1")
            sink.info(b"2")
