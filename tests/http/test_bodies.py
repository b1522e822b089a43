"""Bodies that can't be read in one way, or not at all: the right problem, and nothing stored."""

import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http.checks import check_problem, nothing_stored
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOORS = ("/v1/commands", "/v1/collab/drafts")
MARK = "zq7marker"  # something that no answer of ours says by itself


async def post(person: Person, path: str, content: bytes, **headers: str) -> Any:
    sent = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex} | headers
    return await person.http.post(path, content=content, headers=sent)


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "content",
    [
        b'{"type": "create-draft", "title": "%b", "title": "b"}',
        b'{"type": "create-draft", "title": NaN, "%b": 1}',
        b'{"type": "create-draft", "title": Infinity, "%b": 1}',
        b'{"type": "create-draft", "title": 1e999, "%b": 1}',
        b'\xef\xbb\xbf{"type": "create-draft", "title": "%b"}',
        b'{"type": "create-draft", "title": "%b \xff"}',
        b'{"type": "create-draft", "title": "%b \xc0\x80"}',
        b'{"type": "create-draft", "title": "%b \xed\xa0\x80"}',
        b'{"type": "create-draft", "title": "%b \n"}',
        b'{"type": "create-draft", "title": "%b \\x"}',
        b'{"type": "create-draft", "title": "%b",}',
        b"{'type': 'create-draft', 'title': '%b'}",
        b'{"type": "create-draft", "title": "%b"} {}',
        b'{"type": "create-draft", "title": "%b"',
        b'{"type": "create-draft", "title": "%b"}\0',
        b'// %b\n{"type": "create-draft", "title": "T"}',
        b'{"type": "create-draft", "title": ' + b"[" * 100_000 + b"]" * 100_000 + b', "%b": 1}',
        b'{"type": "create-draft", "title": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b', "%b": 1}',
        b'{"type": "create-draft", "title": ' + b"9" * 5000 + b', "%b": 1}',
        b"\x1f\x8b\x08\x00%b",
        b"\0%b",
        b" %b",
        "{“type”: “create-draft”, “%b”: 1}".encode(),
        '{"type": "create-draft", "title": "%b"}'.encode("utf-16"),
        '{"type": "create-draft", "title": "%b"}'.encode("utf-32-be"),
    ],
)
async def test_what_is_not_json_with_one_meaning_is_refused(alice: Person, log: Any, path: str, content: bytes) -> None:
    async with nothing_stored(log):
        answer = await post(alice, path, content.replace(b"%b", MARK.encode()))
        document = check_problem(answer, 400, "validation_error")
    assert document["detail"].startswith("The body is not JSON with one meaning")
    assert MARK not in answer.text


@pytest.mark.parametrize(
    ("path", "content"), [(path, c) for path in DOORS for c in (b'"zq7marker"', b"7", b"true", b"null")]
)
async def test_json_that_is_no_object_is_refused(alice: Person, log: Any, path: str, content: bytes) -> None:
    async with nothing_stored(log):
        answer = await post(alice, path, content)
        # On the resource form, null is no body at all.
        expected = 422 if (path, content) == (DOORS[1], b"null") else 400
        check_problem(answer, expected, "validation_error")
    assert MARK not in answer.text


async def test_an_array_is_no_body_of_a_resource(alice: Person, log: Any) -> None:
    async with nothing_stored(log):
        check_problem(await post(alice, DOORS[1], b"[]"), 400, "validation_error", "The body must be a JSON object.")


async def test_no_body_is_no_command(alice: Person, log: Any) -> None:
    async with nothing_stored(log):
        check_problem(await alice.http.post(DOORS[0]), 400, "validation_error")
        check_problem(await alice.http.post(DOORS[1]), 422, "validation_error")


@pytest.mark.parametrize(
    "member",
    [
        rb'"title": "zq7marker \u0000"',
        rb'"title": "zq7marker \ud800"',
        rb'"title": "zq7marker \udc00\ud800"',
        rb'"title": 9007199254740993',
        rb'"title": -1.5e300',
        rb'"title": {"zq7marker": []}',
        rb'"title": "T", "platform": "zq7marker"',
        rb'"title": "T", "platform": "\ud83d"',
        rb'"title": "T", "initial_segment": ["zq7marker"]',
        rb'"title": "T", "title ": "zq7marker"',
        rb'"title": "T", "\ud800": "zq7marker"',
        rb'"title": "T", "\u0000": "zq7marker"',
        rb'"title": "T", "": "zq7marker"',
        rb'"title": "T", "__class__": "zq7marker"',
        rb'"title": "T", "expected_version": 9007199254740993',
        rb'"title": "T", "expected_version": "zq7marker"',
    ],
)
@pytest.mark.parametrize("path", DOORS)
async def test_a_wrong_field_is_named_and_its_value_is_not_echoed(
    alice: Person, log: Any, path: str, member: bytes
) -> None:
    kind = b'"type": "create-draft", ' if path == DOORS[0] else b""
    async with nothing_stored(log):
        answer = await post(alice, path, b"{" + kind + member + b"}")
        document = check_problem(answer, 422, "validation_error")
    assert document["errors"]
    assert MARK not in answer.text
    assert "9007199254740993" not in answer.text


async def test_however_many_fields_are_wrong_the_answer_is_short(alice: Person, log: Any) -> None:
    body = {"title": "T"} | {f"{n}" + "x" * 500: n for n in range(400)}
    async with nothing_stored(log):
        answer = await alice.http.post(DOORS[1], json=body)
        document = check_problem(answer, 422, "validation_error")
    assert len(document["errors"]) == 20
    assert len(answer.content) < 8192


class TestLength:
    @staticmethod
    def of(length: int) -> bytes:
        body = b'{"title": "T", "description": "%b"}'
        return body.replace(b"%b", b"x" * (length - len(body) + 2))

    async def test_the_longest_body_is_read(self, alice: Person) -> None:
        check_problem(await post(alice, DOORS[1], self.of(256 * 1024)), 422, "validation_error")

    @pytest.mark.parametrize("length", [256 * 1024 + 1, 257 * 1024, 1024 * 1024])
    async def test_a_longer_one_is_refused_and_the_connection_closed(
        self, alice: Person, log: Any, length: int
    ) -> None:
        async with nothing_stored(log):
            answer = await post(alice, DOORS[1], self.of(length))
            check_problem(answer, 413, "payload_too_large", "The body is longer than 262144 bytes.")
        assert answer.headers["connection"] == "close"

    async def test_one_without_end_is_cut_off(self, alice: Person, log: Any) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            while True:
                yield b" " * 65536

        async with nothing_stored(log):
            with suppress(httpx.ReadError, httpx.WriteError):
                answer = await alice.http.post(DOORS[1], content=chunks(), headers={"Content-Type": "application/json"})
                check_problem(answer, 413, "payload_too_large")

    async def test_a_longer_one_in_chunks_is_refused_too(self, alice: Person, log: Any) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(257):
                yield b" " * 1024

        async with nothing_stored(log):
            answer = await alice.http.post(DOORS[1], content=chunks(), headers={"Content-Type": "application/json"})
            check_problem(answer, 413, "payload_too_large")

    async def test_chunks_are_one_body(self, alice: Person) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for byte in '{"title": "Wörter"}'.encode():
                yield bytes([byte])

        answer = await alice.http.post(DOORS[1], content=chunks(), headers={"Content-Type": "application/json"})
        assert answer.json()["data"]["title"] == "Wörter"


class TestMediaType:
    @pytest.mark.parametrize(
        "media_type",
        ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
    )
    async def test_json_in_utf8_is_read(self, alice: Person, media_type: str) -> None:
        answer = await post(alice, DOORS[1], b'{"title": "T"}', **{"Content-Type": media_type})
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "media_type",
        [
            *("", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
            *("application/json; charset=utf-7", "application/json; charset=latin-1", "application/json; a=b"),
            *("application/json, text/plain", "application/jsonx", "application/merge-patch+json", "*/*", "json"),
        ],
    )
    async def test_anything_else_is_not(self, alice: Person, log: Any, media_type: str) -> None:
        async with nothing_stored(log):
            answer = await post(alice, DOORS[1], b'{"title": "T"}', **{"Content-Type": media_type})
            check_problem(answer, 415, "unsupported_media_type")

    async def test_a_missing_type_is_not_guessed(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            answer = await alice.http.post(DOORS[1], content=b'{"title": "T"}')
            check_problem(answer, 415, "unsupported_media_type")

    async def test_two_types_are_a_bad_request(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            answer = await alice.http.post(
                DOORS[1], content=b'{"title": "T"}', headers=[("Content-Type", "application/json")] * 2
            )
            check_problem(answer, 400, "validation_error")

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "x"])
    async def test_a_compressed_body_is_never_opened(self, alice: Person, log: Any, encoding: str) -> None:
        bomb = gzip.compress(b" " * 10_000_000)
        async with nothing_stored(log):
            answer = await post(alice, DOORS[1], bomb, **{"Content-Encoding": encoding})
            check_problem(answer, 415, "unsupported_media_type")

    async def test_identity_is_no_encoding(self, alice: Person) -> None:
        answer = await post(alice, DOORS[1], b'{"title": "T"}', **{"Content-Encoding": "identity"})
        assert answer.status_code == 200
