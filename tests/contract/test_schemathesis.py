"""Whatever the OpenAPI document allows or forbids is sent to a real server, by Alice and by nobody."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import settings
from schemathesis.config import SchemathesisConfig

from onering.auth.development import mint
from onering.contract.openapi import Info, openapi
from onering.http.routes import described
from tests.conformance import LINES
from tests.conftest import LONG
from tests.proofs.signed_log import signed_log
from tests.serving import SECRET, serving

# What a good request may come to: people and drafts are as they are, and a condition may not hold.
ACCEPTED = ["2xx", "401", "403", "404", "409", "410", "412"]
SEED = 20261125
SIGNED = {"version": "1", "position": "1"}
NOW = datetime.now(UTC)
ALICE = {"Authorization": f"Bearer {mint('alice', SECRET, now=NOW)}"}

# Where tokens count: X-User-Id has no wrong values.
DOCUMENT = openapi(described(LINES), Info("0", developing=False))


def _config(examples: int, *, coverage: bool) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {"deterministic": True, "max-examples": examples, "with-security-parameters": False},
            "phases": {"coverage": {"enabled": coverage}},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            # Their fields may stand in the query or in the body, once, which no schema can say.
            "operations": [
                {
                    "include-path-regex": "/collaborators",
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "400", "422"]}},
                }
            ],
        }
    )


# Gone through at random; with enough time also along its every boundary.
CONFIG = _config(50, coverage=True) if settings.get_current_profile_name() == LONG else _config(4, coverage=False)
CONTRACT = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


@contextmanager
def served(dsn: str, keys: Path) -> Iterator[str]:
    """Serve a log that is signed, from a thread of its own; gives the URL."""
    url: Future[str] = Future()
    done = asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with signed_log(dsn, keys), serving(dsn, keys=keys, checkpoint_seconds=0.05) as service:
            url.set_result(service.url)
            await done.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as failed:
            if not url.done():
                url.set_exception(failed)
            raise
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield url.result(30)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(30)


@pytest.fixture(scope="module")
def url(shared_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(shared_dsn, tmp_path_factory.mktemp("signed") / "keys") as url:
        yield url


@cache
def scene(url: str, operation: str) -> dict[str, str]:
    """Return what the paths of an operation may name: a draft of Alice's with a segment, Bob in it, and an invite; and
    what any log that is signed has.
    """
    with httpx.Client(base_url=f"{url}/v1/collab", headers=ALICE) as alice:
        made = alice.post("/drafts", json={"title": "A walk", "initial_segment": "We left at dawn."}).json()["data"]
        draft = f"/drafts/{made['draft_id']}"
        alice.post(f"{draft}/collaborators", json={"collaborator_id": "bob"})
        invite = alice.post(f"{draft}/invites", json={"target_user_id": "carol"}).json()["data"]
    segment = made["segments"][0]["segment_id"]
    return {"draft_id": made["draft_id"], "segment_id": segment, "invite_id": invite["invite_id"]} | SIGNED


@CONTRACT.parametrize()
def test_alice_meets_nothing_that_is_not_in_the_contract(case: Any, url: str) -> None:
    told_by_the_server(case, scene(url, case.operation.label))
    case.call_and_validate(url, headers=ALICE)


@CONTRACT.parametrize()
def test_nobody_meets_nothing_that_is_not_in_the_contract(case: Any, url: str) -> None:
    told_by_the_server(case, scene(url, case.operation.label))
    case.call_and_validate(url)


def told_by_the_server(case: Any, scene: dict[str, str]) -> None:
    """Make a request that is to be accepted say what a client can't make up, and nothing twice.

    Cursors, positions and drafts are what the server told before; the past is not later than now; a key or a version in
    the header is not also in the body; a key is used once; and whole numbers are spelled without a point.
    """
    if not case.meta.generation.mode.is_positive:
        return
    case.path_parameters.update({name: scene[name] for name in scene if name in case.path_parameters})
    for name in ("cursor", "after", "at", "to"):
        case.query.pop(name, None)
    if "from" in case.query:
        case.query["from"] = "1" if case.path.endswith(("/diff", "/consistency")) else "2026-11-25T12:00:00Z"
    case.headers.pop("OneRing-Min-Position", None)
    if "If-Match" in case.headers:  # of which the generator's boundary values lose the quotes
        case.headers["If-Match"] = '"3"'
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = uuid4().hex
    many = isinstance(case.body, list)
    for name in ("If-Match", "Idempotency-Key") if many else ():
        case.headers.pop(name, None)
    for command in case.body if many else [case.body]:
        if isinstance(command, dict):
            _unambiguous(command, of_many=many, headers=case.headers)


def _unambiguous(command: dict[str, Any], *, of_many: bool, headers: Any) -> None:
    for name, header in (("idempotency_key", "Idempotency-Key"), ("expected_version", "If-Match")):
        if not of_many and header in headers:
            command.pop(name, None)
        elif name == "idempotency_key" and "type" in command:
            command[name] = uuid4().hex
    for name, value in command.items():
        if isinstance(value, float) and value.is_integer():
            command[name] = int(value)
