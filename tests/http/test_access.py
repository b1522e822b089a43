"""Who may read what: every GET route, for every kind of caller."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from onering.http import queries
from tests.http.checks import check_problem, shared_draft
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFT = "/v1/collab/drafts/{}"
ROUTES = (DRAFT, DRAFT + "?at=1", DRAFT + "?at=2020-01-01T00:00:00Z", DRAFT + "/events", "/v1/timeline/drafts/{}")
TIMELINE = ROUTES[-1]
NOT_THEN = ROUTES[2]  # at a time before the draft was created


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed(shared_dsn: str) -> AsyncIterator[Service]:
    """Return a service on the same database that shows nothing to anybody without credentials."""
    async with serving(shared_dsn, anonymous_read=False) as service:
        yield service


async def caller(service: Service, who: str) -> Person:
    return Person(service.client(None if who == "nobody" else who))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_a_member_reads_everything(
    service: Service, alice: Person, visibility: str, who: str, route: str
) -> None:
    draft = await shared_draft(alice, "bob", viewer="carol", visibility=visibility)
    answer = await (await caller(service, who)).http.get(route.format(draft))
    if route == NOT_THEN:
        check_problem(answer, 404, "not_found", "The draft did not exist at that time.")
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["eve", "nobody"])
async def test_a_stranger_reads_a_public_draft_but_not_what_is_its_members(
    service: Service, alice: Person, who: str, route: str
) -> None:
    draft = await shared_draft(alice, "bob")
    answer = await (await caller(service, who)).http.get(route.format(draft))
    if route == NOT_THEN:
        check_problem(answer, 404, "not_found")
    elif route != TIMELINE:
        assert answer.status_code == 200
    elif who == "nobody":
        check_problem(answer, 401, "unauthorized")
    else:
        check_problem(answer, 403, "forbidden", "Only members of the draft see its timeline.")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("which", ["private", "none"])
async def test_a_stranger_learns_nothing_of_a_private_draft(
    service: Service, alice: Person, eve: Person, nobody: Person, which: str, route: str
) -> None:
    draft = await shared_draft(alice, "bob", visibility="private") if which == "private" else str(uuid4())
    check_problem(await eve.http.get(route.format(draft)), 404, "not_found", "There is no such draft.")
    answer = await nobody.http.get(route.format(draft))
    check_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("which", ["public", "private", "none"])
async def test_where_anonymous_reading_is_off_everybody_signs_in(
    closed: Service, alice: Person, which: str, route: str
) -> None:
    draft = str(uuid4()) if which == "none" else await shared_draft(alice, visibility=which)
    check_problem(await closed.client().get(route.format(draft)), 401, "unauthorized")


@pytest.mark.parametrize("route", ROUTES)
async def test_where_anonymous_reading_is_off_people_read_as_ever(closed: Service, alice: Person, route: str) -> None:
    draft = await shared_draft(alice, "bob")
    eve = closed.client("eve")
    answer = await eve.get(route.format(draft))
    assert answer.status_code == {TIMELINE: 403, NOT_THEN: 404}.get(route, 200)


@pytest.mark.parametrize("scope", ["mine", "public"])
async def test_the_list_is_for_people_and_of_public_drafts_for_anybody(
    nobody: Person, closed: Service, scope: str
) -> None:
    answer = await nobody.drafts(scope=scope)
    assert answer.status_code == (200 if scope == "public" else 401)
    check_problem(await Person(closed.client()).drafts(scope=scope), 401, "unauthorized")


async def test_whoever_is_taken_out_reads_no_more(alice: Person, bob: Person) -> None:
    draft = await shared_draft(alice, "bob", visibility="private")
    assert (await bob.timeline(draft)).status_code == 200
    await alice.take_out(draft, "bob")
    for route in ROUTES:
        check_problem(await bob.http.get(route.format(draft)), 404, "not_found")
    assert draft not in [shown["draft_id"] for shown in (await bob.drafts()).json()["data"]]


async def test_whoever_is_let_in_reads_what_was_before(alice: Person, somebody: Person) -> None:
    draft = await alice.create(visibility="private", initial_segment="Once")
    name = somebody.http.headers["x-user-id"]
    check_problem(await somebody.events(draft), 404, "not_found")
    await alice.let_in(draft, name, "viewer")
    assert len((await somebody.events(draft)).json()["data"]) == 3


@pytest.mark.parametrize("route", ROUTES)
async def test_a_stream_that_is_no_draft_is_not_shown_as_one(alice: Person, log: Any, route: str) -> None:
    stream = await log.fetchval("SELECT stream_id FROM onering.streams WHERE stream_type = 'user' LIMIT 1")
    check_problem(await alice.http.get(route.format(stream)), 404, "not_found")


@pytest.mark.parametrize("reading", ["read_stream", "read_timeline"])
async def test_nobody_is_shown_what_happened_after_his_access_ended(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    """bob is taken out, and the story goes on, between the moment when he asks and the one when it is read for him."""
    draft = await shared_draft(alice, "bob", visibility="private")
    read = getattr(queries, reading)

    async def overtaken(*args: Any, **options: Any) -> Any:
        await alice.take_out(draft, "bob")
        await alice.add(draft, "Between us")
        return await read(*args, **options)

    monkeypatch.setattr(queries, reading, overtaken)
    check_problem(await (bob.events if reading == "read_stream" else bob.timeline)(draft), 404, "not_found")
