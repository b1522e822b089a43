"""The query parameters of reads, without a server: what each text means, and what none of them may."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from onering.domain.values import Role, Status
from onering.http.call import Call
from onering.http.faults import BadRequest, InvalidFields
from onering.http.parameters import (
    DraftParameters,
    EventsParameters,
    ListParameters,
    TimelineParameters,
    after_version,
    min_position,
    parameters,
    version_or_time,
)

EPOCH = "0123456789ab"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def nothing() -> Any:
    raise AssertionError("no body is read")


def asked(query: str = "", *headers: tuple[str, str]) -> Call:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "query_string": query.encode("latin-1"), "headers": raw, "path": "/", "path_params": {}}
    return Call(scope, nothing, limit=10, depth=10, seconds=1.0)


class TestQueries:
    def test_every_parameter_has_a_default(self) -> None:
        assert parameters(asked(), ListParameters) == ListParameters(
            limit=50, cursor=None, status=None, role=None, scope="mine", holding=False
        )
        assert parameters(asked(), DraftParameters) == DraftParameters(
            at=None, now=None, segments_after=None, limit=None
        )
        assert parameters(asked(), EventsParameters) == EventsParameters(after="0", limit=256)
        assert parameters(asked(), TimelineParameters) == TimelineParameters(limit=100, asc=True, cursor=None)

    def test_each_is_read_as_what_it_is(self) -> None:
        found = parameters(asked("limit=7&status=locked&role=viewer&scope=public&holding=true"), ListParameters)
        assert (found.limit, found.status, found.role) == (7, Status.LOCKED, Role.VIEWER)
        assert (found.scope, found.holding) == ("public", True)

    def test_one_that_nobody_asked_for_is_ignored(self) -> None:
        assert parameters(asked("utm_source=x&access_token=y"), ListParameters) == ListParameters()

    @pytest.mark.parametrize(
        "text", ["", "0", "-1", "+1", "1.0", "1e2", " 1", "1 ", "1_0", "٣", "201", "9" * 5000, "x"]
    )
    def test_a_limit_out_of_bounds_is_named(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refused:
            parameters(asked(f"limit={quote(text)}"), ListParameters)
        assert [error["loc"] for error in refused.value.errors] == [["limit"]]
        assert text == "" or len(text) < 3 or text not in refused.value.detail

    @pytest.mark.parametrize(
        ("model", "query"),
        [
            (ListParameters, "status=gone"),
            (ListParameters, "role=boss"),
            (ListParameters, "scope=all"),
            (ListParameters, "holding=maybe"),
            (TimelineParameters, "asc=down"),
            (TimelineParameters, "limit=501"),
            (EventsParameters, "limit=1001"),
            (DraftParameters, "limit=1001"),
            (DraftParameters, "segments_after=-1"),
            (DraftParameters, "segments_after=2147483648"),
            (DraftParameters, "now=today"),
        ],
    )
    def test_a_wrong_one_is_named(self, model: Any, query: str) -> None:
        name, _, value = query.partition("=")
        with pytest.raises(InvalidFields) as refused:
            parameters(asked(query), model)
        assert [error["loc"] for error in refused.value.errors] == [[name]]
        assert value.isdecimal() or value not in refused.value.detail

    @pytest.mark.parametrize(
        "query", ["limit=1&limit=1", "limit=1&limit=2", "at=%ff", "at=%c0%af", "at=\xff", "&".join(["a=b"] * 65)]
    )
    def test_a_query_with_two_meanings_is_a_bad_request(self, query: str) -> None:
        with pytest.raises(BadRequest):
            parameters(asked(query), ListParameters)


class TestAt:
    @pytest.mark.parametrize(
        ("text", "version"), [("0", 0), ("1", 1), ("007", 7), ("-1", 0), ("9" * 30, 2**31 - 1), (str(2**31), 2**31 - 1)]
    )
    def test_an_integer_is_a_version(self, text: str, version: int) -> None:
        assert version_or_time(text) == version

    @pytest.mark.parametrize(
        ("text", "time"),
        [
            ("2026-11-25T12:00:00Z", NOON),
            ("2026-11-25t12:00:00z", NOON),
            ("2026-11-25T12:00:00.000001Z", NOON + timedelta(microseconds=1)),
            ("2026-11-25T13:30:00+01:30", NOON),
            ("2026-11-25T13:30:00 01:30", NOON),
            ("2026-11-25T12:00:00-00:00", NOON),
            ("2026-11-25T12:00:00+14:00", NOON.replace(tzinfo=timezone(timedelta(hours=14)))),
        ],
    )
    def test_anything_else_is_a_time_with_an_offset(self, text: str, time: datetime) -> None:
        assert version_or_time(text) == time

    @pytest.mark.parametrize(
        "text",
        [
            *("", " ", "x", "1.5", "-1.5", "1e5", "1700000000.5", "+1", "0x1", "٣", "1\n", "now", "None"),
            *("2026-11-25", "2026-11-25T12:00:00", "2026-11-25T12:00Z", "2026-11-25 12:00:00Z", "20261125T120000Z"),
            *("2026-13-25T12:00:00Z", "2026-02-30T12:00:00Z", "2026-11-25T24:00:00Z", "2026-11-25T12:00:00+25:00"),
            *("2026-11-25T12:00:00,5Z", "2026-11-25T12:00:00Z\0", "2026-W48-3T12:00:00Z", "٢٠٢٦-11-25T12:00:00Z"),
            *(
                "0001-01-01T00:00:00+14:00",
                "1969-12-31T00:00:00Z",
                "9999-12-31T23:59:59-14:00",
                "10000-01-01T00:00:00Z",
            ),
        ],
    )
    def test_what_is_neither_is_a_bad_request(self, text: str) -> None:
        with pytest.raises(BadRequest, match=r"^at is a version, or a time with offset"):
            version_or_time(text)


class TestAfter:
    @pytest.mark.parametrize(
        ("text", "version"), [("0", 0), ("17", 17), (f"{EPOCH}.17", 17), ("9999999999", 2**31 - 1)]
    )
    def test_it_is_a_version_or_a_cursor_of_this_log(self, text: str, version: int) -> None:
        assert after_version(text, EPOCH) == version

    def test_a_cursor_of_another_log_says_so(self) -> None:
        with pytest.raises(BadRequest, match="before the log was restored"):
            after_version("ba9876543210.17", EPOCH)

    @pytest.mark.parametrize("text", ["", "-1", "+1", "1.5", f"{EPOCH}.", f"{EPOCH}", ".1", "1" * 11, "٣", "1\n", "\0"])
    def test_what_is_neither_is_a_bad_request(self, text: str) -> None:
        with pytest.raises(BadRequest, match="after is a version"):
            after_version(text, EPOCH)


class TestMinPosition:
    def read(self, *values: str) -> int:
        return min_position(asked("", *[("OneRing-Min-Position", value) for value in values]), 0, EPOCH)

    @pytest.mark.parametrize(
        ("text", "position"), [("0.0", 0), ("0.17", 17), (f"0.17@{EPOCH}", 17), ("0." + "9" * 18, 10**18 - 1)]
    )
    def test_it_is_what_an_answer_said(self, text: str, position: int) -> None:
        assert self.read(text) == position

    def test_without_it_there_is_nothing_to_wait_for(self) -> None:
        assert self.read() == 0

    @pytest.mark.parametrize(
        "text",
        ["", "17", "1.17", "0.-1", "0.+1", "0.1.1", "0.x", f"0.{10**18}", "0.17@", "0.17@x", " 0.17", "0.\xb2"],
    )
    def test_anything_else_is_a_bad_request(self, text: str) -> None:
        with pytest.raises(BadRequest, match="what an earlier answer said"):
            self.read(text)

    def test_one_of_another_log_says_so(self) -> None:
        with pytest.raises(BadRequest, match="before the log was restored"):
            self.read("0.17@ba9876543210")

    def test_two_are_a_bad_request(self) -> None:
        with pytest.raises(BadRequest, match="once"):
            self.read("0.1", "0.1")
