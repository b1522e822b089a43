"""scripts/bench in its smallest form: every figure stands beside its limit, and nothing was refused on the way."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from rich.console import Console

from projections import PROJECTIONS
from scripts.benchmark.__main__ import Part, measured
from scripts.benchmark.companions import companion
from scripts.benchmark.fanout import QUIET
from scripts.benchmark.figures import Figure, Section, Target, figure, percentile
from scripts.benchmark.load import reply_in
from scripts.benchmark.pgbench import inserts_of, latencies_of
from scripts.benchmark.readers import EVENT
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Service, serving
from scripts.benchmark.stack import stack
from scripts.benchmark.tables import aim, number, shown
from scripts.benchmark.websocket import client_frame, frames_in

# The first test waits for all that is measured.
pytestmark = pytest.mark.timeout(300)

TINY = Scale(
    seconds=0.4,
    rounds=1,
    clients=(2,),
    drafts=8,
    sockets=(6,),
    screens=((2, 3, 20.0),),
    events=600,
    idle=24,
    lengths=(10, 20),
    requests=16,
    grown=600,
    long_draft=40,
    reading=0.05,
    visits=1,
    page_segments=60,
)


# What takes long to set up; a grown log has a test of its own (tests/projections/test_grown.py).
LONG = (Part.MEMORY, Part.GROWN)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        metafunc.parametrize("part", _parts(metafunc.config.getoption("--long")))


def _parts(long: bool) -> list[Part]:
    return [part for part in Part if long or part not in LONG]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, long: bool) -> Any:
    """Measure everything once, on one service but for what needs another log; return the document that was written."""
    folder = tmp_path_factory.mktemp("bench")
    with (folder / "printed").open("w") as printed, serving(settings=QUIET) as service:

        @contextmanager
        def serve(workers: int = 1, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
            if settings is not None and "DATABASE_URL" in settings:
                with serving(workers, settings) as another:
                    yield another
                return
            if len(service.workers) != workers:
                service.stop()
                service.start(workers)
            yield service

        file = measured(_parts(long), TINY, folder / "figures.json", Console(file=printed, width=150), serve)
    document = json.loads(file.read_text())
    document["printed"] = (folder / "printed").read_text()
    return document


def test_every_figure_of_a_part_stands_beside_its_limit(found: Any, part: Part) -> None:
    section = found["sections"][part]
    assert section["limit"]
    assert section["title"] in found["printed"]
    for one in section["figures"]:
        assert one["value"] > 0, one
        assert one["limit"] > 0, one
        assert one["ratio"] == pytest.approx(one["value"] / one["limit"]), one


def named(found: Any, part: Part) -> dict[str, Any]:
    return {one["what"]: one for one in found["sections"][part]["figures"]}


def test_no_command_was_refused(found: Any) -> None:
    loads = [*named(found, Part.COMMANDS).values(), *named(found, Part.HOT).values()]
    assert [one["beside"]["refused"] for one in loads if "refused" in one["beside"]] == [0, 0]


def test_the_generators_tell_how_busy_they_were(found: Any) -> None:
    assert named(found, Part.COMMANDS)["2 clients"]["beside"]["generator %"] > 0
    assert all(one["beside"]["readers %"] > 0 for one in named(found, Part.FANOUT).values())


def test_what_is_handed_over_one_by_one_goes_out_one_event_a_frame(found: Any) -> None:
    assert named(found, Part.FANOUT)["6 sockets, feed"]["beside"]["events/frame"] == 1


def test_deliveries_across_processes_are_told_from_those_within(found: Any) -> None:
    shares = {what: one["beside"].get("across %") for what, one in named(found, Part.LATENCY).items()}
    assert shares["2 drafts of 3 sockets, 20/s, 1 process: commit, p50"] == 0
    assert 0 <= shares["2 drafts of 3 sockets, 20/s, 2 processes: commit, p50"] <= 100


def test_every_read_model_is_rebuilt_and_the_log_is_checked(found: Any) -> None:
    rebuilds = [f"onering rebuild {projection.name}" for projection in PROJECTIONS]
    assert list(named(found, Part.REPLAY)) == [*rebuilds, "onering replay check"]


def test_the_document_says_on_what_it_was_measured(found: Any) -> None:
    assert found["cores"] > 0
    assert found["scale"]["idle"] == TINY.idle


# Statistics


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_the_nearest_rank(percent: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 99) == 7.0


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="of nothing"):
        percentile([], 50)


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """And not the ratio of the medians: the two of a round met the same machine."""
    made = figure("a", "b/s", [(1.0, 10.0), (8.0, 16.0), (9.0, 90.0)])
    assert (made.value, made.limit, made.ratio) == (8.0, 16.0, 0.1)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target("value", "≥", 20), True),
        (Target("value", "≥", 21), False),
        (Target("ratio", "≤", 0.5), True),
        (Target("ratio", "≤", 0.4), False),
        (None, None),
    ],
)
def test_a_target_is_met_by_the_value_or_by_the_ratio(target: Target | None, met: bool | None) -> None:
    assert Figure("a", "b", 20, 40, 0.5, target).met is met


# What is printed


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.123, "0.12"), (9.87, "9.87"), (45.67, "45.7"), (123456.7, "123,457")]
)
def test_a_number_has_as_many_digits_as_mean_something(value: float, text: str) -> None:
    assert number(value) == text


def test_a_target_says_whether_it_is_met() -> None:
    assert aim(Figure("a", "b", 20, 40, 0.5, Target("ratio", "≥", 0.8))) == "≥ 0.8 of limit ✗"
    assert aim(Figure("a", "b", 20, 40, 0.5, Target("value", "≤", 1000))) == "≤ 1,000 ✓"
    assert aim(Figure("a", "b", 20, 40, 0.5)) == ""


def test_a_table_names_the_figure_its_limit_and_what_explains_it(capsys: pytest.CaptureFixture[str]) -> None:
    section = Section(
        "A title", "what it is held against", [Figure("9 clients", "ops/s", 20, 40, 0.5, beside={"p ms": 3})]
    )
    Console(width=120).print(shown(section))
    printed = capsys.readouterr().out
    for words in ("A title", "9 clients", "20.0 ops/s", "40.0", "0.50", "p 3.00", "what it is held against"):
        assert words in printed


# What is read


def test_an_answer_is_read_once_it_is_complete() -> None:
    whole = b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nX: y\r\n\r\n{}HTTP/1.1 200"
    end = whole.index(b"{}") + 2
    assert [reply_in(whole[:length]) for length in (0, 30, end - 1)] == [None, None, None]
    assert reply_in(whole) == (409, b"{}", b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("size", "length"),
    [(0, "00"), (125, "7d"), (126, "7e007e"), (65535, "7effff"), (65536, "7f0000000000010000")],
)
def test_frames_are_found_whatever_their_length(size: int, length: str) -> None:
    stream = (b"\x81" + bytes.fromhex(length) + b"x" * size) * 2
    assert [stream[begin:end] for begin, end in frames_in(stream)] == [b"x" * size] * 2


def test_a_frame_that_is_not_complete_is_none_yet() -> None:
    long = b"\x81\x7e\x01\x00" + b"x" * 256
    for cut in range(len(long)):
        assert list(frames_in(long[:cut])) == []
    assert list(frames_in(b"\x81\x01a" + long[:-1])) == [(2, 3)]


def test_a_clients_frame_is_masked() -> None:
    assert client_frame(b"hi") == b"\x81\x82\x00\x00\x00\x00hi"
    assert client_frame(b"x" * 200)[:4] == b"\x81\xfe\x00\xc8"


def test_the_bare_loop_writes_to_those_alone_who_still_read() -> None:
    with stack("bare") as bare:
        for path in ("/earlier", "/now"):
            with companion("readers") as readers:
                readers.ask({"places": [[bare.host, bare.port, path, None]] * 2, "pause": 0, "every": True})
                made = bare.ask("/pace", seconds=0.2, rate=20)
                seen = readers.ask({"events": made})
            assert (seen["events"], len(seen["samples"])) == (2 * made, 2 * made)


def test_an_event_tells_when_it_was_recorded_and_when_its_command_was_sent() -> None:
    event = (
        b'{"type":"segment_added","draft_id":"d","version":2,"position":"0.2","event_id":"e",'
        b'"at":"2026-11-25T12:00:00.000001Z","actor":{"id":"alice"},"command_id":"c",'
        b'"idempotency_key":"17-3-40-1764080000000000000","data":{"content":"x"}}'
    )
    frame = b'{"type":"events","events":[' + event + b"," + event + b"]}"
    assert EVENT.findall(frame) == [(b"2026-11-25T12:00:00.000001Z", b"3", b"1764080000000000000")] * 2


def test_pgbenchs_report_is_read() -> None:
    printed = "latency average = 1.135 ms\ninitial connection time = 9.1 ms\ntps = 28187.5 (without initial …)\n"
    assert inserts_of(printed) == (28187.5, 1.135)
    with pytest.raises(RuntimeError, match="said no rate"):
        inserts_of("nothing")


def test_pgbenchs_log_is_read() -> None:
    assert latencies_of("0 1 250 0 1764080000 1\n0 2 1750 0 1764080000 2\n") == [0.25, 1.75]
