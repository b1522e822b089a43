"""A command is stored with the trace that its caller named properly (W3C Trace Context), else with a new one."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from onering.http.origins import REQUEST_HEADERS
from onering.http.tracing import new_trace, trace_of
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
NEW = re.compile(r"(?!0{32})[0-9a-f]{32}")

NAMED = {
    "as it should be": [("traceparent", PARENT)],
    "not sampled": [("traceparent", f"00-{TRACE}-{SPAN}-00")],
    "flags that are not defined yet": [("traceparent", f"00-{TRACE}-{SPAN}-ff")],
    "a later version": [("traceparent", f"cc-{TRACE}-{SPAN}-01")],
    "a later version that goes on": [("traceparent", f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like")],
    "with a state": [("traceparent", PARENT), ("tracestate", "a=1,b=2"), ("tracestate", "c=3")],
}
UNNAMED = {
    "not at all": [],
    "trace of zeros": [("traceparent", f"00-{'0' * 32}-{SPAN}-01")],
    "span of zeros": [("traceparent", f"00-{TRACE}-{'0' * 16}-01")],
    "version ff": [("traceparent", f"ff-{TRACE}-{SPAN}-01")],
    "upper case": [("traceparent", PARENT.upper())],
    "too long for its version": [("traceparent", PARENT + "-more")],
    "a later version without a hyphen": [("traceparent", f"cc-{TRACE}-{SPAN}-01.more")],
    "too short": [("traceparent", PARENT[:-1])],
    "without flags": [("traceparent", f"00-{TRACE}-{SPAN}")],
    "other letters": [("traceparent", PARENT.replace("f", "g"))],
    "white space within": [("traceparent", PARENT.replace("-", " "))],
    "no ASCII": [("traceparent", PARENT[:-2] + "ü1")],
    "twice": [("traceparent", PARENT), ("traceparent", PARENT)],
    "a state alone": [("tracestate", f"a={TRACE}")],
    "a state of 4 kB": [("traceparent", PARENT), ("tracestate", "a=" + "x" * 4096)],
    "a state of many parts": [("traceparent", PARENT), *[("tracestate", "a=" + "x" * 98)] * 6],
}


async def stored(alice: Person, log: Any, headers: list[tuple[str, str]]) -> str:
    """Return what a command with these headers is stored with."""
    raw: Any = [(name.encode(), value.encode()) for name, value in [*headers, ("X-Request-Id", uuid4().hex)]]
    answer: httpx.Response = await alice.http.post("/v1/collab/drafts", json={"title": "T"}, headers=raw)
    assert answer.status_code == 200
    assert "traceresponse" not in answer.headers
    query = "SELECT DISTINCT correlation_id FROM onering.events WHERE stream_id = $1"
    (row,) = await log.fetch(query, answer.json()["data"]["draft_id"])
    return str(row["correlation_id"])


@pytest.mark.parametrize("how", NAMED)
async def test_a_trace_that_is_named_properly_is_stored(alice: Person, log: Any, how: str) -> None:
    assert await stored(alice, log, NAMED[how]) == TRACE


@pytest.mark.parametrize("how", UNNAMED)
async def test_without_one_the_command_begins_a_new_trace(alice: Person, log: Any, how: str) -> None:
    trace = await stored(alice, log, UNNAMED[how])
    assert NEW.fullmatch(trace)
    assert trace != TRACE


async def test_an_array_of_commands_is_one_trace(alice: Person, log: Any) -> None:
    keys = [uuid4().hex, uuid4().hex]
    commands = [{"type": "create-draft", "title": "T", "idempotency_key": key} for key in keys]
    answer = await alice.http.post("/v1/commands", json=commands)
    drafts = [result["data"]["draft_id"] for result in answer.json()["data"]]
    query = "SELECT DISTINCT correlation_id FROM onering.events WHERE stream_id = ANY($1::uuid[])"
    assert len(await log.fetch(query, drafts)) == 1


async def test_a_request_keeps_the_trace_it_began() -> None:
    scope = {"headers": []}
    assert trace_of(scope) == trace_of(scope)
    assert len({new_trace() for _ in range(1000)}) == 1000


async def test_pages_of_other_origins_may_name_a_trace() -> None:
    assert {"traceparent", "tracestate"} <= set(REQUEST_HEADERS)
