"""Tiles that there are not (docs/ATTACKS.md, 111)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.http.checks import check_problem
from tests.proofs.by_hand import new_key, sign
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

# More than one tile, and a level above it.
SIZE = 300


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anybody(production: Service, alice: Person, log: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Return somebody without credentials, who reads a log that is signed up to SIZE events and goes on."""
    draft = await alice.create(title="A walk")
    for n in range(4):
        add = [
            {"type": "add-segment", "draft_id": draft, "content": "On", "idempotency_key": f"{n}.{m}"}
            for m in range(99)
        ]
        assert (await alice.http.post("/v1/commands", json=add)).status_code == 200
    await sign(log, new_key(), SIZE)
    yield production.client()


async def asked(anybody: httpx.AsyncClient, path: str) -> httpx.Response:
    """Ask for a path as it is spelled here: nothing is escaped or resolved on the way."""
    return await anybody.get("/v1/log/tile/0/000", extensions={"target": f"/v1/log/tile/{path}".encode()})


@pytest.mark.attack(111)
@pytest.mark.parametrize("path", ["0/000", "0/000.p/255", "0/001.p/44", "1/000.p/1"])
async def test_what_the_checkpoint_covers_is_there(anybody: httpx.AsyncClient, path: str) -> None:
    assert (await asked(anybody, path)).status_code == 200


BEYOND = ["0/001", "0/001.p/45", "0/001.p/255", "0/002", "0/002.p/1", "1/000", "1/000.p/2", "2/000.p/1", "8/000.p/1"]
FAR = ["63/000.p/1", "0/x999/999", "0/x999/x999/x999/x999/x999/x999/999", "0/" + "x999/" * 999 + "999"]
WIDTHS = ["0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/-1", "0/000.p/1e1", "0/000.p/", "0/000.p", "0/000.p/9/"]
LEVELS = ["64/000", "255/000", "00/000", "01/000", "-1/000", "+0/000", "0x0/000", "%30/000", "tile/000", "/000"]
NUMBERS = ["0/0", "0/00", "0/0000", "0/x000/000", "0/x000", "0/X001/000", "0/1/000", "0/-01", "0/000/", "0/", "0/00a"]
ESCAPES = [
    "0/%30%30%30",
    "0/000%2Ep/9",
    "0/000.p%2F9",
    "0/x001%2F000",
    "0/000%00",
    "0/000%0A",
    "0/%ff",
    "0/%D9%A0%D9%A0%D9%A0",
]
CLIMBS = [
    "0/../0/000",
    "%2e%2e/checkpoint",
    "0/000/../000",
    "0/./000",
    "x/../0/000",
    "0//000",
    "0\\000",
    "0/000;a",
]


@pytest.mark.attack(111)
@pytest.mark.parametrize("path", [*BEYOND, *FAR, *WIDTHS, *LEVELS, *NUMBERS, *ESCAPES, *CLIMBS])
async def test_a_tile_that_there_is_not_is_not_found(anybody: httpx.AsyncClient, path: str) -> None:
    check_problem(await asked(anybody, path), 404, "not_found")
