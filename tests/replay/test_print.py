"""`onering replay print`: what was asked for, once and in order; with --follow also what is yet to come."""

import asyncio
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from onering.replay import database, timeline
from onering.replay.chosen import Filter
from tests.node import node
from tests.replay.conftest import Run, execute, fetch
from tests.service.serving import ONERING, clean_environment, wait_until


def positions(out: str) -> list[int]:
    return [int(line.split()[0]) for line in out.splitlines()]


@pytest.fixture
def times(log: str) -> dict[int, str]:
    rows = fetch(log, "SELECT position, recorded_at FROM onering.events")
    return {position: at.replace(tzinfo=None).isoformat() for position, at in rows}


def test_every_filter_chooses_the_same_from_a_database_and_a_file(
    run: Run, log: str, exported: Path, times: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", 2)
    monkeypatch.setattr(database, "WINDOW", 3)
    ((draft,),) = fetch(log, "SELECT stream_id::text FROM onering.events WHERE position = 14")
    for filters, expected in (
        ([], [*range(1, 18)]),
        (["--draft", draft], [14, 15, 16]),
        (["--actor", "carol"], [3, 13]),
        (["--type", "segment_added"], [5, 8, 10, 16, 17]),
        (["--since", _seconds(times[8])], None),
        (["--until", _seconds(times[8])], None),
        (["--draft", draft, "--actor", "bob", "--type", "segment_added"], [16]),
        (["--since", "2001-01-01", "--until", "2001-01-02"], []),
        (["--since", "2999-01-01"], []),
    ):
        shown = [run("print", *filters, *place) for place in (("--database-url", log), ("--file", exported))]
        assert shown[0] == shown[1]
        assert shown[0][0] == 0
        assert expected is None or positions(shown[0][1]) == expected


def _seconds(at: str) -> str:
    return at[:19]


async def test_a_time_is_found_among_many(log: str, times: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To the microsecond, wherever it is; what was read ahead by then is in nobody's way."""
    monkeypatch.setattr(database, "PAGE", 2)
    async with database.opened(log) as opened:
        stored = [record.event async for page in opened.pages() for record in page]
        for event in stored:
            since = [r.event async for page in opened.pages(Filter(since=event.recorded_at)) for r in page]
            until = [r.event async for page in opened.pages(Filter(until=event.recorded_at)) for r in page]
            assert await opened.look() == len(stored)
            assert since == [e for e in stored if e.recorded_at >= event.recorded_at]
            assert until == [e for e in stored if e.recorded_at <= event.recorded_at]


async def test_reading_can_not_write(log: str) -> None:
    async with database.opened(log) as opened:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await opened.conn.execute("DELETE FROM onering.streams")


def test_what_people_wrote_never_reaches_the_terminal_as_control(run: Run, log: str) -> None:
    execute(log, "ALTER TABLE onering.events DISABLE TRIGGER ALL")
    execute(
        log, "UPDATE onering.events SET subject = E'al\\x1b[31mice', payload = E'\\x1b]0;x\\x07' WHERE position = 8"
    )
    code, out, _ = run("print", "--database-url", log)
    assert code == 0
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", out) == []
    assert "[unreadable]" in out


def test_a_file_that_breaks_off_is_printed_as_far_as_it_goes(run: Run, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes()[:-400])
    code, out, err = run("print", "--file", exported)
    assert (code, positions(out)) == (1, list(range(1, 17)))
    assert "not a whole export" in err


@pytest.mark.parametrize("options", [["--until", "2030-01-01"], ["--file", "x"]])
def test_following_what_does_not_change_is_refused(run: Run, log: str, options: list[str]) -> None:
    code, _, err = run("print", "--follow", "--database-url", log, *options)
    assert (code, "--follow" in err) == (2, True)


async def test_followed_live_every_event_is_printed_once(log: str, tmp_path: Path) -> None:
    """In order, from before and from now on. Ctrl-C ends it, and all is well."""
    with (tmp_path / "out").open("w+") as out:
        command = [*ONERING, "replay", "print", "--follow", "--database-url", log]
        environment = clean_environment(tmp_path)
        printing = await asyncio.to_thread(
            subprocess.Popen, command, env=environment, stdout=out, stderr=subprocess.PIPE
        )
        try:
            async with node(log) as one:
                await asyncio.to_thread(_until_printed, tmp_path / "out", 17)
                draft = (await one.create()).draft_id
                for _ in range(30):
                    await asyncio.gather(one.add(draft), one.create(), one.add(draft))
                newest = one.tail.position
                await asyncio.to_thread(_until_printed, tmp_path / "out", newest)
            printing.send_signal(signal.SIGINT)
            _, err = await asyncio.to_thread(printing.communicate)
        finally:
            printing.kill()
            printing.wait()
    assert (printing.returncode, err) == (0, b"")
    assert positions((tmp_path / "out").read_text()) == list(range(1, newest + 1))


def _until_printed(path: Path, position: int) -> None:
    wait_until(lambda: any(line.split()[:1] == [str(position)] for line in path.read_text().splitlines()), "the event")


async def test_a_lost_connection_neither_skips_nor_repeats(
    log: str, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(database, "PAGE", 5)
    conn: Any = await asyncpg.connect(log)
    seen: list[int] = []
    async with node(log) as one, asyncio.timeout(60):
        draft = (await one.create()).draft_id
        async for page in timeline.followed(log, Filter()):
            seen += [record.event.position for record in page]
            if len(seen) > 60:
                break
            await one.add(draft)
            if len(seen) % 7 == 0:
                await conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onering replay'"
                )
    await conn.close()
    assert seen == list(range(1, len(seen) + 1))
