"""What tests of the REST front do again and again: check problems, and that nothing was stored; set a scene."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from onering.http.problems import TITLES
from onering.system import SYSTEM_STREAM
from tests.serving import Person, Service

# What no answer may give away: SQL, stacks, names of our modules and tables.
SECRETS = ("Traceback", 'File "', "SELECT", "INSERT", "asyncpg", "pydantic", "onering.", "projections", "relation")


def check_problem(
    answer: httpx.Response, status: int, code: str, detail: str | None = None, *, beside: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Assert that an answer is exactly this problem, as contract.md has it, and return the document.

    `beside` names the members that it has in addition.
    """
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    request_id = answer.headers["x-request-id"]
    document: dict[str, Any] = answer.json()
    told = document["detail"]
    assert {key: value for key, value in document.items() if key not in ("errors", *beside)} == {
        "type": "/problems/" + code.replace("_", "-"),
        "title": TITLES[code],
        "status": status,
        "detail": told,
        "instance": request_id,
        "error": {"code": code, "message": told, "request_id": request_id},
    }
    assert told.endswith(".")
    assert detail is None or told == detail
    check_discreet(answer.text)
    return document


def check_discreet(text: str) -> None:
    assert not [word for word in SECRETS if word in text], text


@asynccontextmanager
async def nothing_stored(log: Any) -> AsyncIterator[None]:
    """Assert that what is inside leaves no event, no command and no person behind, but what the service tells of it."""
    before = await _contents(log)
    yield
    assert await _contents(log) == before


async def _contents(log: Any) -> list[int]:
    others = "stream_id <> $1"
    tables = {"events": others, "commands": others, "streams": others, "app_users": "$1::uuid IS NOT NULL"}
    counted = [f"(SELECT count(*) FROM onering.{table} WHERE {which})" for table, which in tables.items()]
    return list(await log.fetchrow(f"SELECT {', '.join(counted)}", SYSTEM_STREAM))


async def signed_in(service: Service, user: str) -> Person:
    """Return a person whose first sign-in is done, so that what follows stores only what it says."""
    person = Person(service.client(user))
    assert (await person.http.get("/v1/config")).status_code == 200
    return person


async def shared_draft(owner: Person, *contributors: str, viewer: str | None = None, **fields: Any) -> str:
    """Return a new draft with these people in it."""
    draft = await owner.create(**fields)
    for name in contributors:
        assert (await owner.let_in(draft, name)).status_code == 200
    if viewer is not None:
        assert (await owner.let_in(draft, viewer, "viewer")).status_code == 200
    return draft


async def shown(person: Person, draft: str, **query: Any) -> dict[str, Any]:
    """Return the draft as that person reads it."""
    answer = await person.draft(draft, **query)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data
