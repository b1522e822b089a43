"""Whatever JSON, query, header or path arrives: a success or a problem document, never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.checks import check_problem
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

bounded = settings(
    derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), database=None
)

DRAFT = "/v1/collab/drafts/{draft}"
POSTS = (
    *("/v1/commands", "/v1/collab/drafts", "/v1/dev/token"),
    *(DRAFT + "/segments", DRAFT + "/pass-ring", DRAFT + "/collaborators"),
)
GETS = (
    "/v1/collab/drafts",
    DRAFT,
    DRAFT + "/events",
    "/v1/timeline/drafts/{draft}",
    "/v1/config",
    "/healthz",
    "/readyz",
)

FIELDS = (
    *("type", "draft_id", "title", "description", "platform", "visibility", "initial_segment", "content", "to_user_id"),
    *("collaborator_id", "role", "idempotency_key", "expected_version", "command_id", "user_id", "\ud800", ""),
)
WORDS = (
    *("create-draft", "add-segment", "pass-ring", "add-collaborator", "remove-collaborator", "alice", "bob", "viewer"),
    *("owner", "private", "public", "workspace", "x", "00000000-0000-0000-0000-000000000000", "\0", "\ud83d", "\n"),
)
words = st.sampled_from(WORDS) | st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(FIELDS) | words, words | values, max_size=6)
bodies = objects | st.lists(objects | values, max_size=4) | values

PARAMETERS = (
    "limit",
    "cursor",
    "status",
    "role",
    "scope",
    "holding",
    "at",
    "now",
    "segments_after",
    "after",
    "asc",
    "q",
)
TEXTS = (
    *(
        "0",
        "1",
        "-1",
        "2147483648",
        "9" * 20,
        "1.5",
        "true",
        "active",
        "public",
        "2026-11-25T12:00:00Z",
        "0001-01-01T00:00:00Z",
    ),
    *("9999-12-31T23:59:59.999999-14:00", "%", "%ff", "%00", "W10", "WyJhIiwgMV0", "0123456789ab.1", "'", "\ud800"),
)
texts = st.sampled_from(TEXTS) | st.text(max_size=12)
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS) | st.text(max_size=4), texts), max_size=4)

HEADERS = (
    *("idempotency-key", "if-match", "prefer", "onering-min-position", "x-request-id", "content-type", "origin"),
    *("content-encoding", "accept", "x-user-id", "authorization", "cookie", "traceparent", "sec-fetch-site"),
)
VALUES = (
    b'"1"',
    b'W/"1"',
    b"*",
    b"0.1",
    b"0.1@0123456789ab",
    b"return=minimal",
    b"application/json",
    b"gzip",
    b"Bearer x.y.z",
)
printable = st.binary(max_size=20).map(lambda raw: bytes(byte for byte in raw if byte >= 32 and byte != 127).strip())
headers = st.lists(st.tuples(st.sampled_from(HEADERS).map(str.encode), st.sampled_from(VALUES) | printable), max_size=4)


def check(answer: httpx.Response) -> None:
    if answer.is_success:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()
    else:
        assert 400 <= answer.status_code < 500, answer.text
        check_problem(answer, answer.status_code, answer.json()["error"]["code"])


@pytest.mark.parametrize("path", POSTS)
@given(data=st.data())
@bounded
async def test_any_json_is_done_or_refused(alice: Person, path: str, data: Any) -> None:
    body = data.draw(bodies)
    draft = await alice.create() if "{draft}" in path else ""
    if path == "/v1/commands" and isinstance(body, dict):
        body = {"idempotency_key": uuid4().hex} | body
    answer = await alice.http.post(
        path.format(draft=draft), content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    check(answer)


@pytest.mark.parametrize("path", GETS)
@given(query=queries)
@bounded
async def test_any_query_is_answered_or_refused(alice: Person, path: str, query: list[tuple[str, str]]) -> None:
    text = "&".join(
        f"{quote(name, errors='replace')}={quote(value, safe='%', errors='replace')}" for name, value in query
    )
    draft = await alice.create() if "{draft}" in path else ""
    check(await alice.http.get(f"{path.format(draft=draft)}?{text}"))


@pytest.mark.parametrize("path", ["/v1/commands", "/v1/collab/drafts", DRAFT + "/segments", DRAFT + "/pass-ring"])
@given(sent=headers)
@bounded
async def test_any_header_of_a_command_is_heeded_or_refused(alice: Person, path: str, sent: Any) -> None:
    body = {"title": "T", "type": "create-draft"} if path == "/v1/commands" else {"title": "T"}
    body = {"content": "x"} if path.endswith("segments") else body
    draft = await alice.create()
    check(await alice.http.post(path.format(draft=draft), json=body, headers=sent))


@pytest.mark.parametrize("path", GETS)
@given(sent=headers)
@bounded
async def test_any_header_of_a_read_is_heeded_or_refused(alice: Person, path: str, sent: Any) -> None:
    draft = await alice.create() if "{draft}" in path else ""
    check(await alice.http.get(path.format(draft=draft), headers=sent))


@given(name=st.text(min_size=1, max_size=12) | st.binary(min_size=1, max_size=8))
@bounded
async def test_any_path_is_found_or_not(alice: Person, name: str | bytes) -> None:
    """Deep enough that none leads up to /, where the page is."""
    draft = await alice.create()
    for path in ("/v1/collab/{}", "/v1/collab/drafts/{}", "/v1/collab/drafts/{}/events", "/v1/timeline/drafts/{}"):
        check(await alice.http.get(path.format(quote(name, safe=""))))
    check(await alice.http.delete(f"/v1/collab/drafts/{draft}/collaborators/{quote(name, safe='')}"))
