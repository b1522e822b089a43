"""The list of drafts: what a person sees in it, in which order, page by page, and never later than they wrote."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.checks import check_problem
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def listed(person: Person, **query: Any) -> list[str]:
    answer = await person.drafts(**query)
    assert answer.status_code == 200, answer.text
    return [draft["draft_id"] for draft in answer.json()["data"]]


def name_of(person: Person) -> str:
    return str(person.http.headers["x-user-id"])


async def test_it_shows_a_command_as_soon_as_it_is_acknowledged(somebody: Person) -> None:
    draft = await somebody.create()
    for step in (
        lambda: somebody.add(draft),
        lambda: somebody.let_in(draft, "bob"),
        lambda: somebody.hand(draft, "bob"),
        lambda: somebody.take_out(draft, "bob"),
        lambda: somebody.submit("add-segment", draft_id=draft, content="x"),
    ):
        version = (await step()).json()["data"]["version"]
        (shown,) = (await somebody.drafts()).json()["data"]
        assert shown["version"] == version


async def test_a_draft_in_it_has_the_shape_of_a_draft(somebody: Person) -> None:
    draft = await somebody.create(initial_segment="Once")
    answer = await somebody.drafts()
    assert list(answer.json()) == ["data", "count", "next_cursor"]
    assert answer.json()["data"] == [(await somebody.draft(draft)).json()["data"] | {"metrics": None}]
    assert (answer.json()["count"], answer.json()["next_cursor"]) == (1, None)
    lane, _, position = answer.headers["onering-position"].partition(".")
    assert int(position) >= 3
    assert lane == "0"


async def test_nobody_has_any_drafts_to_begin_with(somebody: Person) -> None:
    assert (await somebody.drafts()).json() == {"data": [], "count": 0, "next_cursor": None}


async def test_the_newest_activity_is_first(somebody: Person) -> None:
    one, two, three = [await somebody.create() for _ in range(3)]
    await somebody.add(one)
    assert await listed(somebody) == [one, three, two]


async def test_pages_make_up_the_whole_without_repeating(somebody: Person) -> None:
    drafts = [await somebody.create() for _ in range(13)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    while cursor is not None:
        answer = (await somebody.drafts(limit=3, **cursor)).json()
        assert answer["count"] == len(answer["data"]) <= 3
        found += [draft["draft_id"] for draft in answer["data"]]
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else None
    assert found == drafts[::-1]


async def test_what_happens_between_two_pages_repeats_nothing(somebody: Person) -> None:
    drafts = [await somebody.create() for _ in range(4)]
    first = (await somebody.drafts(limit=2)).json()
    await somebody.add(drafts[3])
    await somebody.create()
    assert await listed(somebody, limit=2, cursor=first["next_cursor"]) == [drafts[1], drafts[0]]


async def test_a_page_that_is_just_full_has_no_next_one(somebody: Person) -> None:
    for _ in range(2):
        await somebody.create()
    assert (await somebody.drafts(limit=2)).json()["next_cursor"] is None


class TestFilters:
    async def test_a_role_is_that_of_the_caller(self, somebody: Person, alice: Person) -> None:
        own, theirs, seen = await somebody.create(), await alice.create(), await alice.create()
        await alice.let_in(theirs, name_of(somebody))
        await alice.let_in(seen, name_of(somebody), "viewer")
        answer = await alice.draft(seen)
        held = {"OneRing-Min-Position": answer.headers["onering-position"]}
        for role, draft in (("owner", own), ("contributor", theirs), ("viewer", seen)):
            found = await somebody.http.get("/v1/collab/drafts", params={"role": role}, headers=held)
            assert [shown["draft_id"] for shown in found.json()["data"]] == [draft]

    async def test_holding_is_my_turn(self, somebody: Person) -> None:
        mine, given = await somebody.create(), await somebody.create()
        await somebody.let_in(given, "bob")
        await somebody.hand(given, "bob")
        assert await listed(somebody, holding="true") == [mine]
        assert await listed(somebody, holding="false") == [given, mine]

    async def test_a_status_is_that_of_the_draft(self, somebody: Person) -> None:
        draft = await somebody.create()
        assert await listed(somebody, status="active") == [draft]
        assert await listed(somebody, status="archived") == []

    async def test_public_ones_are_added_if_asked_for(self, somebody: Person, alice: Person, nobody: Person) -> None:
        mine = await somebody.create(visibility="private")
        theirs = await alice.create()
        hidden = await alice.create(visibility="private")
        position = {"OneRing-Min-Position": (await alice.draft(hidden)).headers["onering-position"]}
        for person, seen in ((somebody, [theirs, mine]), (nobody, [theirs])):
            answer = await person.http.get("/v1/collab/drafts?scope=public&limit=200", headers=position)
            found = [draft["draft_id"] for draft in answer.json()["data"]]
            assert [draft for draft in found if draft in (mine, theirs, hidden)] == seen

    async def test_a_draft_of_ones_own_that_is_public_is_listed_once(self, somebody: Person) -> None:
        draft = await somebody.create()
        assert (await listed(somebody, scope="public")).count(draft) == 1


class TestSearch:
    async def test_it_finds_what_was_just_written_and_shows_where(self, somebody: Person) -> None:
        draft = await somebody.create(initial_segment="It rained on the old bridge.")
        await somebody.create(initial_segment="It did not.")
        answer = (await somebody.drafts(q="old bri")).json()
        assert (answer["count"], answer["next_cursor"]) == (1, None)
        (found,) = answer["data"]
        snippet = {"segment_order": 0, "text": "It rained on the old bridge.", "matches": [[17, 20], [21, 27]]}
        assert found == (await somebody.draft(draft)).json()["data"] | {"metrics": None, "snippet": snippet}

    async def test_what_is_not_searched_has_no_snippet(self, somebody: Person) -> None:
        await somebody.create()
        for query in ({}, {"q": ""}, {"q": "  "}):
            (shown,) = (await somebody.drafts(**query)).json()["data"]
            assert "snippet" not in shown

    async def test_nobody_finds_somebody_elses_private_draft(
        self, somebody: Person, alice: Person, nobody: Person
    ) -> None:
        word = f"w{uuid4().hex}"
        hidden = await alice.create(visibility="private", initial_segment=word)
        shown = await alice.create(visibility="public", initial_segment=word)
        assert await listed(alice, q=word) == [shown, hidden]
        for person in (somebody, nobody):
            answer = (await person.drafts(q=word, scope="public")).json()
            assert (answer["count"], [draft["draft_id"] for draft in answer["data"]]) == (1, [shown])
        assert await listed(somebody, q=word, scope="workspace") == []
        assert (await nobody.drafts(q=word)).status_code == (await nobody.drafts(scope="workspace")).status_code == 401

    @pytest.mark.parametrize("query", ["q=%00", "q=a%07b", f"q={'x' * 201}", "visibility=hidden", "scope=all"])
    async def test_a_wrong_one_is_named(self, somebody: Person, query: str) -> None:
        document = check_problem(await somebody.http.get(f"/v1/collab/drafts?{query}"), 422, "validation_error")
        assert [error["loc"] for error in document["errors"]] == [[query.partition("=")[0]]]


@pytest.mark.parametrize("limit", [1, 200])
async def test_a_limit_may_be_anything_between(somebody: Person, limit: int) -> None:
    await somebody.create()
    assert len(await listed(somebody, limit=limit)) == 1


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=-1", "limit=", "limit=1.0", "limit=%D9%A3", "limit=1e1"),
        *("status=open", "status=", "role=none", "scope=everything", "holding=perhaps", "status=active%00"),
    ],
)
async def test_a_wrong_parameter_is_named(somebody: Person, query: str) -> None:
    document = check_problem(await somebody.http.get(f"/v1/collab/drafts?{query}"), 422, "validation_error")
    assert [error["loc"] for error in document["errors"]] == [[query.partition("=")[0]]]


@pytest.mark.parametrize(
    "cursor",
    [
        *(
            "",
            "x",
            "====",
            "W10",
            "bnVsbA",
            "WzEsMl0",
            "%00",
            "%F0%9F%92%8D",
            "A" * 513,
            "A" * 6000,
            "WyJ4IiwieCIsIngiXQ",
        ),
        "WyIwMTIzNDU2Nzg5YWIiLCIyMDI2LTExLTI1VDEyOjAwOjAwKzAwOjAwIiwieCJd",
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_a_bad_request(somebody: Person, cursor: str) -> None:
    answer = await somebody.http.get(f"/v1/collab/drafts?cursor={cursor}")
    document = check_problem(answer, 400, "validation_error")
    assert "start again without it" in document["detail"]
