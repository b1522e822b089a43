"""Figures, insights and attribution of a draft over HTTP, for its members; the board, for everybody signed in."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.http.checks import check_problem, shared_draft
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIGURES = "/v1/analytics/drafts/{}"
FOR_MEMBERS = [
    *(FIGURES + "/summary", FIGURES + "/contributors", FIGURES + "/ring", FIGURES + "/daily"),
    *("/v1/timeline/drafts/{}/attribution", "/v1/insights/drafts/{}"),
]
# What existing clients call, and what it is now; the first five expect no envelope.
OLD = {
    "/api/analytics/drafts/{}/summary": FIGURES + "/summary",
    "/api/analytics/drafts/{}/contributors": FIGURES + "/contributors",
    "/api/analytics/drafts/{}/ring": FIGURES + "/ring",
    "/api/analytics/drafts/{}/daily": FIGURES + "/daily",
    "/api/insights/drafts/{}": "/v1/insights/drafts/{}",
    "/v1/collab/drafts/{}/analytics": FIGURES + "/summary",
    "/v1/collab/api/insights/drafts/{}": "/v1/insights/drafts/{}",
}
BARE = tuple(OLD)[:5]


async def written(alice: Person, bob: Person) -> str:
    """Return a draft that Alice and Bob wrote: two segments, one withdrawn, one amended, and a smart pass."""
    draft = await shared_draft(alice, "bob", initial_segment="We left at dawn.")
    await alice.hand(draft, "bob")
    added = (await bob.add(draft, "It rained.")).json()["data"]["segments"]
    await bob.http.patch(
        f"/v1/collab/drafts/{draft}/segments/{added[1]['segment_id']}", json={"content": "Sun, all day"}
    )
    smart = f"/v1/collab/drafts/{draft}/pass-ring/smart"
    assert (await bob.http.post(smart, json={"strategy": "round_robin", "allow_ai": False})).status_code == 200
    gone = await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{added[0]['segment_id']}")
    assert gone.status_code == 200, gone.text
    return draft


async def told(person: Person, route: str, **query: Any) -> Any:
    answer = await person.http.get(route, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["onering-position"]
    return answer.json()["data"]


async def times(person: Person, draft: str) -> list[datetime]:
    """Return when each of its events happened."""
    return [datetime.fromisoformat(event["at"]) for event in (await person.events(draft)).json()["data"]]


@pytest.mark.parametrize("route", FOR_MEMBERS)
class TestAccess:
    async def test_its_members_see_it_and_nobody_else(
        self, alice: Person, bob: Person, eve: Person, nobody: Person, route: str
    ) -> None:
        draft = await shared_draft(alice, viewer="bob", visibility="public")
        assert (await bob.http.get(route.format(draft))).status_code == 200
        check_problem(await eve.http.get(route.format(draft)), 403, "forbidden")
        check_problem(await nobody.http.get(route.format(draft)), 401, "unauthorized")

    async def test_somebody_elses_private_draft_is_not_there(self, alice: Person, eve: Person, route: str) -> None:
        draft = await shared_draft(alice, "bob", visibility="private")
        hidden = check_problem(await eve.http.get(route.format(draft)), 404, "not_found")
        missing = check_problem(await eve.http.get(route.format(f"{draft[:-4]}0000")), 404, "not_found")
        assert hidden["detail"] == missing["detail"]
        await alice.take_out(draft, "bob")

    async def test_whoever_was_taken_out_sees_it_no_more(self, alice: Person, bob: Person, route: str) -> None:
        draft = await shared_draft(alice, "bob", visibility="private")
        assert (await bob.http.get(route.format(draft))).status_code == 200
        await alice.take_out(draft, "bob")
        check_problem(await bob.http.get(route.format(draft)), 404, "not_found")

    async def test_it_is_never_older_than_what_its_caller_did(self, alice: Person, route: str) -> None:
        draft = await alice.create()
        for _ in range(3):
            done = await alice.add(draft)
            answer = await alice.http.get(route.format(draft))
            places = [told.headers["onering-position"].split(".")[1] for told in (done, answer)]
            assert int(places[0]) <= int(places[1])


@pytest.mark.parametrize("route", [FIGURES + "/summary", FIGURES + "/ring", "/v1/insights/drafts/{}"])
async def test_a_draft_that_is_new_to_the_read_model_is_waited_for(
    alice: Person, bob: Person, log: Any, route: str
) -> None:
    async with log.transaction():
        await log.execute("SELECT FROM onering.projections WHERE name = 'timeline' FOR UPDATE")
        draft = await shared_draft(alice, "bob")
        reading = asyncio.create_task(bob.http.get(route.format(draft)))
        await asyncio.wait({reading}, timeout=0.2)  # whatever is answered without waiting is answered by then
    assert (await reading).status_code == 200


async def test_the_summary_is_of_what_stands(alice: Person, bob: Person) -> None:
    draft = await written(alice, bob)
    moments = await times(alice, draft)
    now = moments[-1] + timedelta(hours=1)
    summary = await told(alice, FIGURES.format(draft) + "/summary", now=now.isoformat())
    assert (summary["total_segments"], summary["total_words"], summary["total_characters"]) == (1, 3, 12)
    assert (summary["amended_segments"], summary["withdrawn_segments"], summary["unique_contributors"]) == (1, 1, 1)
    assert (summary["ring_pass_count"], summary["ring_hold_count"], summary["current_holder_id"]) == (2, 3, "alice")
    held = (now - moments[0]).total_seconds()
    assert summary["avg_time_holding_ring_seconds"] == pytest.approx(held / 3)
    assert datetime.fromisoformat(summary["last_activity_ts"]) == moments[-1]
    assert (summary["status"], summary["inactivity_risk"]) == ("active", "low")


async def test_each_contributor_has_their_figures(alice: Person, bob: Person) -> None:
    draft = await written(alice, bob)
    answer = await told(alice, FIGURES.format(draft) + "/contributors")
    figures = {person["user_id"]: person for person in answer["contributors"]}
    names = ("segments_added_count", "words_added", "segments_withdrawn_count", "ring_holds_count", "ring_passes_count")
    assert {who: [person[name] for name in names] for who, person in figures.items()} == {
        "bob": [1, 3, 0, 1, 1],
        "alice": [0, 0, 1, 2, 1],
    }
    assert (answer["total_contributors"], figures["bob"]["segment_share"]) == (1, 1.0)


async def test_the_ring_has_holds_with_start_end_and_seconds_and_passes_with_their_strategy(
    alice: Person, bob: Person
) -> None:
    draft = await written(alice, bob)
    moments = await times(alice, draft)
    now = moments[-1] + timedelta(days=1)
    ring = await told(alice, FIGURES.format(draft) + "/ring", now=now.isoformat())
    assert [(hold["user_id"], hold["open"]) for hold in ring["holds"]] == [
        ("alice", True),
        ("bob", False),
        ("alice", False),
    ]
    assert datetime.fromisoformat(ring["holds"][0]["end_ts"]) == now
    for hold in ring["holds"]:
        start, end = (datetime.fromisoformat(hold[name]) for name in ("start_ts", "end_ts"))
        assert hold["seconds"] == (end - start).total_seconds()
    smart, plain = ring["passes"]
    assert (smart["from_user_id"], smart["to_user_id"], smart["strategy"]) == ("bob", "alice", "round_robin")
    assert smart["reasoning"]
    assert (plain["strategy"], plain["reason"]) == (None, None)


async def test_turns_come_in_pages(alice: Person, bob: Person) -> None:
    draft = await written(alice, bob)
    whole, found, cursor = (await told(alice, FIGURES.format(draft) + "/ring", now="2030-01-01T00:00:00Z")), [], {}
    while True:
        page = await told(alice, FIGURES.format(draft) + "/ring", limit=1, now="2030-01-01T00:00:00Z", **cursor)
        found += page["holds"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == whole["holds"]
    broken = await alice.http.get(FIGURES.format(draft) + "/ring", params={"cursor": "x"})
    check_problem(broken, 400, "validation_error")


async def test_days_are_there_without_anything_on_them(alice: Person, bob: Person) -> None:
    draft = await written(alice, bob)
    first = (await times(alice, draft))[0]
    now = first + timedelta(days=3)
    daily = await told(alice, FIGURES.format(draft) + "/daily", now=now.isoformat())
    assert (len(daily["days"]), daily["window_days"]) == (14, 14)
    assert daily["days"][-1]["date"] == now.astimezone(UTC).date().isoformat()
    assert sum(day["segments_added"] for day in daily["days"]) == 2
    assert sum(day["ring_passes"] for day in daily["days"]) == 2
    assert sum(day["words_added"] - day["words_removed"] for day in daily["days"]) == 3
    quiet = await told(alice, FIGURES.format(draft) + "/daily", days=1, now=(now + timedelta(days=90)).isoformat())
    assert [day["segments_added"] for day in quiet["days"]] == [0]


@pytest.mark.parametrize("query", ["days=0", "days=91", "days=x", "days=-1", "days=", "now=soon", "now=2026-11-25"])
async def test_a_wrong_parameter_of_days_is_named(alice: Person, query: str) -> None:
    answer = await alice.http.get(f"{FIGURES.format(await alice.create())}/daily?{query}")
    document = check_problem(answer, 422, "validation_error")
    assert [error["loc"] for error in document["errors"]] == [[query.partition("=")[0]]]


@pytest.mark.parametrize("days", [1, 90])
async def test_one_to_ninety_days_can_be_asked_for(alice: Person, days: int) -> None:
    answer = await told(alice, FIGURES.format(await alice.create()) + "/daily", days=days)
    assert len(answer["days"]) == days


class TestNow:
    @pytest.mark.parametrize("route", FOR_MEMBERS[:4] + FOR_MEMBERS[5:])
    async def test_the_same_now_gives_the_same_answer_whatever_happens_later(
        self, alice: Person, bob: Person, route: str
    ) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        now = (await times(alice, draft))[-1].isoformat()
        before = await told(alice, route.format(draft), now=now)
        await alice.add(draft)
        await alice.hand(draft, "bob")
        assert await told(alice, route.format(draft), now=now) == before
        assert await told(alice, route.format(draft)) != before

    async def test_before_there_was_a_draft_there_are_no_figures(self, alice: Person, eve: Person) -> None:
        draft = await alice.create(visibility="private")
        route = FIGURES.format(draft) + "/summary"
        answer = await alice.http.get(route, params={"now": "2020-01-01T00:00:00Z"})
        check_problem(answer, 404, "not_found", "The draft did not exist at that time.")
        hidden = await eve.http.get(route, params={"now": "2020-01-01T00:00:00Z"})
        check_problem(hidden, 404, "not_found", "There is no such draft.")

    @pytest.mark.parametrize("now", ["1970-01-01T00:00:00%2B14:00", "9998-12-31T23:59:59-14:00"])
    async def test_any_clock_will_do(self, alice: Person, now: str) -> None:
        draft = await alice.create()
        for route in (FIGURES + "/ring", FIGURES + "/daily", "/v1/insights/drafts/{}"):
            answer = await alice.http.get(f"{route.format(draft)}?now={now}")
            assert answer.status_code == (404 if "daily" not in route and now.startswith("19") else 200), answer.text


async def test_attribution_names_whose_segments_stand(alice: Person, bob: Person) -> None:
    draft = await written(alice, bob)
    (bobs,) = (await told(alice, f"/v1/timeline/drafts/{draft}/attribution"))["contributors"]
    (stands,) = (await alice.draft(draft)).json()["data"]["segments"]
    assert bobs == {
        "user_id": "bob",
        "segment_count": 1,
        "segment_ids": [stands["segment_id"]],
        "first_ts": stands["created_at"],
        "last_ts": stands["created_at"],
    }


class TestInsights:
    async def test_a_quiet_draft_is_stalled_and_alerts_by_its_true_times(self, alice: Person) -> None:
        draft = await alice.create()
        for _ in range(5):
            await alice.add(draft)
        first, *_, last = await times(alice, draft)

        async def at(now: datetime) -> tuple[set[str], dict[str, str]]:
            answer = await told(alice, f"/v1/insights/drafts/{draft}", now=now.isoformat())
            alerts = {alert["alert_type"]: alert["triggered_at"] for alert in answer["alerts"]}
            return {insight["type"] for insight in answer["insights"]}, alerts

        instant = timedelta(microseconds=1)
        assert await at(last) == ({"low_engagement"}, {"single_contributor": last.isoformat().replace("+00:00", "Z")})
        assert "stalled" not in (await at(last + timedelta(hours=48) - instant))[0]
        assert "stalled" in (await at(last + timedelta(hours=48)))[0]
        assert "no_activity" not in (await at(last + timedelta(hours=72) - instant))[1]
        assert "no_activity" in (await at(last + timedelta(hours=72)))[1]
        assert "long_ring_hold" not in (await at(first + timedelta(hours=24) - instant))[1]
        assert "long_ring_hold" in (await at(first + timedelta(hours=24)))[1]

    async def test_a_draft_that_two_write_alike_is_healthy(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        await alice.hand(draft, "bob")
        await bob.add(draft)
        answer = await told(alice, f"/v1/insights/drafts/{draft}")
        assert [insight["type"] for insight in answer["insights"]] == ["healthy"]
        assert (answer["recommendations"], answer["alerts"]) == ([], [])


class TestOldPaths:
    @pytest.mark.parametrize(("old", "new"), OLD.items())
    async def test_existing_clients_get_the_same_data(self, alice: Person, bob: Person, old: str, new: str) -> None:
        draft = await written(alice, bob)
        now = {"now": datetime.now(UTC).isoformat()}
        answer = await alice.http.get(old.format(draft), params=now)
        assert answer.status_code == 200, answer.text
        expected = await told(alice, new.format(draft), **now)
        assert answer.json() == (expected if old in BARE else {"data": expected})

    @pytest.mark.parametrize("old", OLD)
    async def test_they_are_closed_to_whom_the_new_ones_are(
        self, alice: Person, eve: Person, nobody: Person, old: str
    ) -> None:
        draft = await alice.create(visibility="public")
        check_problem(await eve.http.get(old.format(draft)), 403, "forbidden")
        check_problem(await nobody.http.get(old.format(draft)), 401, "unauthorized")


class TestLeaderboard:
    @pytest.mark.parametrize(
        ("metric", "label"),
        [("collaboration", "2 passes"), ("momentum", "3 segments"), ("consistency", "1 day")],
    )
    async def test_it_counts_what_was_done_in_public(
        self, somebody: Person, eve: Person, metric: str, label: str
    ) -> None:
        user = somebody.http.headers["X-User-Id"]
        for visibility in ("public", "private"):
            draft = await shared_draft(somebody, "bob", visibility=visibility)
            for _ in range(3):
                await somebody.add(draft)
            await somebody.hand(draft, "bob")
            await somebody.http.post(f"/v1/collab/drafts/{draft}/transfer", json={"to_user_id": "bob"})
        draft = await shared_draft(somebody, "bob", visibility="public")
        await somebody.hand(draft, "bob")
        board = await self.board(eve, somebody, metric)
        (entry,) = [entry for entry in board["entries"] if entry["user_id"] == user]
        assert (entry["metric_label"], entry["display_name"][:3]) == (label, "@u_")
        assert [entry["position"] for entry in board["entries"]] == list(range(1, len(board["entries"]) + 1))

    async def test_a_draft_that_is_closed_takes_its_part_along(self, somebody: Person, eve: Person) -> None:
        draft = await somebody.create(visibility="public", initial_segment="Once")
        user = somebody.http.headers["X-User-Id"]
        assert user in [entry["user_id"] for entry in (await self.board(eve, somebody, "momentum"))["entries"]]
        await somebody.http.patch(f"/v1/collab/drafts/{draft}", json={"visibility": "private"})
        assert user not in [entry["user_id"] for entry in (await self.board(eve, somebody, "momentum"))["entries"]]

    async def test_days_after_now_do_not_count(self, alice: Person) -> None:
        await alice.create(visibility="public", initial_segment="Once")
        board = await told(alice, "/v1/analytics/leaderboard", metric="momentum", now="2020-01-01T00:00:00Z")
        assert (board["entries"], board["window_days"]) == ([], 7)

    async def test_it_is_for_whoever_is_signed_in(self, nobody: Person, eve: Person) -> None:
        check_problem(await nobody.http.get("/v1/analytics/leaderboard"), 401, "unauthorized")
        board = await told(eve, "/v1/analytics/leaderboard")
        assert board["metric_type"] == "collaboration"

    async def test_a_metric_that_there_is_none_of_is_named(self, eve: Person) -> None:
        answer = await eve.http.get("/v1/analytics/leaderboard?metric=fame")
        document = check_problem(answer, 422, "validation_error")
        assert [error["loc"] for error in document["errors"]] == [["metric"]]

    async def board(self, reader: Person, writer: Person, metric: str) -> Any:
        """Return the board as new as what the writer did last."""
        position = (await writer.drafts()).headers["onering-position"]
        answer = await self.read(reader, metric, position)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def read(self, reader: Person, metric: str, position: str) -> httpx.Response:
        return await reader.http.get(
            "/v1/analytics/leaderboard", params={"metric": metric}, headers={"OneRing-Min-Position": position}
        )
