"""One draft as it is, and as it was at every version and time; a long one in pages."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.http.checks import check_problem, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(alice: Person, bob: Person) -> tuple[str, list[dict[str, Any]]]:
    """Return a draft with every kind of event, and what a mutation answered at each version that ended a commit."""
    answer = await alice.http.post("/v1/collab/drafts", json={"title": "A walk", "initial_segment": "Once"})
    draft = answer.json()["data"]["draft_id"]
    seen = [answer.json()["data"]]
    for step in (
        lambda: alice.let_in(draft, "bob"),
        lambda: alice.let_in(draft, "carol", "viewer"),
        lambda: alice.hand(draft, "bob"),
        lambda: bob.add(draft, "And then"),
        lambda: alice.take_out(draft, "carol"),
        lambda: alice.take_out(draft, "bob"),
        lambda: alice.add(draft, "The end"),
    ):
        seen.append((await step()).json()["data"])
    return draft, seen


async def test_it_is_what_the_last_command_answered(alice: Person, bob: Person) -> None:
    draft, seen = await told(alice, bob)
    answer = await alice.draft(draft)
    assert answer.json()["data"] == seen[-1] | {"metrics": answer.json()["data"]["metrics"]}
    assert answer.headers["etag"] == f'"{seen[-1]["version"]}"'
    last = (await alice.events(draft)).json()["data"][-1]
    assert answer.headers["onering-position"] == last["position"]


class TestAt:
    async def test_each_version_is_what_it_was(self, alice: Person, bob: Person) -> None:
        draft, seen = await told(alice, bob)
        for before in seen:
            answer = await alice.draft(draft, at=before["version"])
            assert answer.json()["data"] == before | {"metrics": answer.json()["data"]["metrics"]}
            assert answer.headers["etag"] == f'"{before["version"]}"'

    async def test_each_time_is_what_it_was_then(self, alice: Person, bob: Person) -> None:
        draft, seen = await told(alice, bob)
        for before in seen:
            assert (await shown(alice, draft, at=before["updated_at"]))["version"] == before["version"]
            then = datetime.fromisoformat(before["updated_at"]) - timedelta(microseconds=1)
            if before["version"] > 2:
                assert (await shown(alice, draft, at=then.isoformat()))["version"] < before["version"]

    async def test_a_time_may_have_any_offset(self, alice: Person) -> None:
        draft = await alice.create()
        now = datetime.now(UTC)
        for hours in (-11, 0, 5, 14):
            there = now.astimezone(datetime.now(UTC).astimezone().tzinfo) + timedelta(hours=hours)
            text = there.replace(tzinfo=None).isoformat() + f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
            assert (await shown(alice, draft, at=text))["version"] == 1

    async def test_the_same_version_reads_the_same_for_ever(self, alice: Person, bob: Person) -> None:
        draft, _ = await told(alice, bob)
        first = await alice.draft(draft, at=4)
        await alice.add(draft)
        again = await alice.draft(draft, at=4)
        assert (first.content, first.headers["onering-position"]) == (again.content, again.headers["onering-position"])

    @pytest.mark.parametrize("at", ["0", "-1", "3", "2147483647", "99999999999999999999"])
    async def test_a_version_that_is_not_there_is_not_found(self, alice: Person, at: str) -> None:
        draft = await alice.create(initial_segment="Once")
        check_problem(await alice.draft(draft, at=at), 404, "not_found", "The draft has no such version.")

    async def test_a_time_before_there_was_a_draft_is_not_found(self, alice: Person) -> None:
        answer = await alice.draft(await alice.create(), at="2020-01-01T00:00:00Z")
        check_problem(answer, 404, "not_found", "The draft did not exist at that time.")

    @pytest.mark.parametrize("at", ["9998-01-01T00:00:00Z", "now+1h"])
    async def test_what_is_to_come_is_a_bad_request(self, alice: Person, at: str) -> None:
        at = (datetime.now(UTC) + timedelta(hours=1)).isoformat() if at == "now+1h" else at
        check_problem(await alice.draft(await alice.create(), at=at), 400, "validation_error", "at is later than now.")

    @pytest.mark.parametrize("at", ["", "yesterday", "2026-11-25T12:00:00", "2026-11-25", "1.5", "1' OR '1'='1", "\0"])
    async def test_what_is_neither_version_nor_time_is_a_bad_request(self, alice: Person, at: str) -> None:
        answer = await alice.draft(await alice.create(), at=at)
        check_problem(answer, 400, "validation_error")
        assert "OR" not in answer.text

    async def test_a_page_of_an_old_version_is_of_that_version(self, alice: Person) -> None:
        draft = await alice.create()
        for n in range(6):
            await alice.add(draft, f"{n}")
        page = await shown(alice, draft, at=5, segments_after=1, limit=5)
        assert [segment["content"] for segment in page["segments"]] == ["2", "3"]


class TestPages:
    async def test_pages_make_up_the_whole(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="0")
        for n in range(1, 11):
            await alice.add(draft, f"{n}")
        whole = await shown(alice, draft)
        found: list[Any] = []
        while page := (await shown(alice, draft, segments_after=len(found) - 1, limit=4) if found else
                       await shown(alice, draft, limit=4))["segments"]:  # fmt: skip
            assert len(page) <= 4
            found += page
        assert found == whole["segments"]

    async def test_a_page_says_everything_else_of_the_draft(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        await alice.add(draft)
        whole, page = (
            await shown(alice, draft, now="2026-11-25T12:00:00Z"),
            await shown(alice, draft, now="2026-11-25T12:00:00Z", segments_after=0),
        )
        assert page == whole | {"segments": whole["segments"][1:]}

    async def test_after_the_last_there_is_none(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        assert (await shown(alice, draft, segments_after=2147483647))["segments"] == []

    @pytest.mark.parametrize(
        "query",
        [
            *("segments_after=-1", "segments_after=x", "segments_after=", "segments_after=2147483648"),
            *("limit=0", "limit=1001", "limit=-1", "limit=1e3", "now=1", "now=", "now=2026-11-25", "now=x"),
        ],
    )
    async def test_a_wrong_parameter_is_named(self, alice: Person, query: str) -> None:
        answer = await alice.http.get(f"/v1/collab/drafts/{await alice.create()}?{query}")
        document = check_problem(answer, 422, "validation_error")
        assert [error["loc"] for error in document["errors"]] == [[query.partition("=")[0]]]


class TestMetrics:
    async def test_now_fixes_their_clock(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        await alice.hand(draft, "bob")
        at = datetime.fromisoformat((await shown(alice, draft))["updated_at"])
        for hours, passes in ((-1, 0), (0, 1), (23, 1), (25, 0)):
            now = (at + timedelta(hours=hours)).isoformat()
            assert (await shown(alice, draft, now=now))["metrics"]["ringPassesLast24h"] == passes

    @pytest.mark.parametrize("now", ["1970-01-01T00:00:00%2B14:00", "9998-12-31T23:59:59-14:00"])
    async def test_any_clock_will_do(self, alice: Person, now: str) -> None:
        answer = await alice.http.get(f"/v1/collab/drafts/{await alice.create()}?now={now}")
        assert answer.json()["data"]["metrics"]["ringPassesLast24h"] == 0

    async def test_they_count_people_and_passes(self, alice: Person, bob: Person) -> None:
        draft, seen = await told(alice, bob)
        metrics = (await shown(alice, draft))["metrics"]
        assert (metrics["contributorsCount"], metrics["ringPassesLast24h"]) == (2, 2)
        assert isinstance(metrics["avgMinutesBetweenPasses"], float)
        assert metrics["lastActivityAt"] == seen[-1]["updated_at"]


async def test_whoever_reads_while_others_write_sees_whole_commits(alice: Person, bob: Person) -> None:
    """A removal returns the ring in the same commit: nobody ever sees a holder who is no member."""
    draft = await alice.create()

    async def write() -> None:
        for _ in range(10):
            await alice.let_in(draft, "bob")
            await alice.hand(draft, "bob")
            await alice.take_out(draft, "bob")

    async def read() -> None:
        while not writing.done():
            now = await shown(bob, draft)
            assert now["ring_state"]["current_holder_id"] in [member["user_id"] for member in now["members"]]

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        group.create_task(read())


@pytest.mark.parametrize(
    "name",
    [
        *("..", "../../etc/passwd", "%2e%2e", "%2e%2e%2fdrafts", "%00", "x%00y", "%c0%ae%c0%ae", "%ff", "%0a"),
        *("00000000-0000-0000-0000-00000000000g", "00000000000000000000000000000000", "urn:uuid:" + "0" * 32),
        *("%7b00000000-0000-0000-0000-000000000000%7d", "1", "null", "x" * 5000, "0" * 36, "%F0%9F%92%8D", "';--"),
    ],
)
@pytest.mark.parametrize("route", ["/v1/collab/drafts/{}", "/v1/collab/drafts/{}/events", "/v1/timeline/drafts/{}"])
async def test_what_is_no_id_is_not_found_and_not_echoed(alice: Person, route: str, name: str) -> None:
    answer = await alice.http.get(route.format(name))
    check_problem(answer, 400 if name in ("%ff", "%c0%ae%c0%ae") else 404, answer.json()["error"]["code"])
    assert len(name) < 5 or name not in answer.text
