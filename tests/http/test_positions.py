"""OneRing-Min-Position: a read that is no older than another answer, from whichever process that came."""

from typing import Any

import httpx
import pytest

from tests.http.checks import check_problem, shared_draft
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/v1/collab/drafts"
TIMELINE = "/v1/timeline/drafts/{}"


async def read(person: Person, route: str, position: str, *, to: str = "") -> httpx.Response:
    return await person.http.get(route.format(to), headers={"OneRing-Min-Position": position})


@pytest.mark.parametrize("route", [LIST, TIMELINE])
async def test_a_position_that_was_reached_is_no_hurdle(alice: Person, route: str) -> None:
    draft = await alice.create()
    position = (await alice.add(draft)).headers["onering-position"]
    for asked in ("0.0", "0.1", position):
        answer = await read(alice, route, asked, to=draft)
        assert answer.status_code == 200
        assert reached(answer) >= int(position.partition(".")[2])


@pytest.mark.parametrize("route", [LIST, TIMELINE])
async def test_what_another_process_acknowledged_is_waited_for(
    alice: Person, bob: Person, shared_dsn: str, route: str
) -> None:
    async with serving(shared_dsn) as other:
        writer = Person(other.client("alice"))
        for _ in range(10):
            draft = await shared_draft(writer, "bob")
            position = (await writer.add(draft)).headers["onering-position"]
            answer = await read(bob, route, position, to=draft)
            assert answer.status_code == 200
            assert reached(answer) >= int(position.partition(".")[2])
            assert draft in answer.text


@pytest.mark.parametrize("route", [LIST, TIMELINE])
async def test_beyond_the_head_it_is_unavailable_within_the_wait(shared_dsn: str, route: str) -> None:
    async with serving(shared_dsn, read_wait=0.2) as service:
        alice = Person(service.client("alice"))
        draft = await alice.create()
        answer = await read(alice, route, "0.999999999999999999", to=draft)
        check_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert 0.1 < answer.elapsed.total_seconds() < 2


async def test_one_draft_is_always_current_and_waits_for_nothing(alice: Person) -> None:
    answer = await read(alice, "/v1/collab/drafts/{}", "0.999999999999999999", to=await alice.create())
    assert answer.status_code == 200


@pytest.mark.parametrize("route", [LIST, TIMELINE, "/v1/collab/drafts/{}", "/v1/collab/drafts/{}/events"])
@pytest.mark.parametrize("position", ["", "x", "0", "1.5", "0.-1", "0.1e3", "0.1@x", "0." + "9" * 19, "0.1, 0.2"])
async def test_what_is_no_position_is_a_bad_request(alice: Person, route: str, position: str) -> None:
    check_problem(await read(alice, route, position, to=await alice.create()), 400, "validation_error")


@pytest.mark.parametrize("route", [LIST, TIMELINE, "/v1/collab/drafts/{}", "/v1/collab/drafts/{}/events"])
async def test_one_of_another_log_says_so(alice: Person, service: Service, route: str) -> None:
    draft = await alice.create()
    epoch = (await alice.draft(draft)) and (await alice.add(draft)) and await epoch_of(alice, draft)
    assert (await read(alice, route, f"0.1@{epoch}", to=draft)).status_code == 200
    document = check_problem(await read(alice, route, "0.1@0123456789ab", to=draft), 400, "validation_error")
    assert "before the log was restored" in document["detail"]


def reached(answer: httpx.Response) -> int:
    return int(answer.headers["onering-position"].partition(".")[2])


async def epoch_of(person: Person, draft: str) -> str:
    page: dict[str, Any] = (await person.events(draft, limit=1)).json()
    return str(page["next_cursor"]).partition(".")[0]
