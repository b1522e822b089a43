"""What changed in a draft between two versions or times, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.http.checks import check_problem, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def diff(person: Person, draft: str, since: object, **query: Any) -> Any:
    answer = await person.http.get(f"/v1/collab/drafts/{draft}/diff", params={"from": since, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["onering-position"]
    return answer.json()["data"]


async def edit(person: Person, draft: str, **fields: Any) -> None:
    answer = await person.http.patch(f"/v1/collab/drafts/{draft}", json=fields)
    assert answer.status_code == 200, answer.text


async def amend(person: Person, draft: str, segment: str, content: str) -> None:
    answer = await person.http.patch(f"/v1/collab/drafts/{draft}/segments/{segment}", json={"content": content})
    assert answer.status_code == 200, answer.text


def said(change: dict[str, Any], *names: str) -> list[Any]:
    return [change[name] for name in names]


class TestWhatChanged:
    async def test_a_field_says_what_it_was_what_it_is_and_by_whom(self, alice: Person) -> None:
        draft = await alice.create(title="A walk", description="Slow")
        await edit(alice, draft, title="A climb", platform="blog", turn_limit_hours=48)
        event = (await alice.events(draft)).json()["data"][1]
        changed = await diff(alice, draft, 1)
        assert {change["field"]: said(change, "from", "to", "by") for change in changed["fields"]} == {
            "title": ["A walk", "A climb", "alice"],
            "platform": [None, "blog", "alice"],
            "turn_limit_hours": [24, 48, "alice"],
        }
        assert said(changed["fields"][0], "at", "version") == [event["at"], 2]

    async def test_every_field_that_can_change_is_told(self, alice: Person) -> None:
        draft = await alice.create(visibility="public")
        at = "2026-12-24T18:00:00.000000Z"
        await edit(alice, draft, description="Now with words", visibility="private", target_publish_at=at)
        for move in ("lock", "unlock", "complete"):
            assert (await alice.http.post(f"/v1/collab/drafts/{draft}/{move}")).status_code == 200
        changes = {change["field"]: change for change in (await diff(alice, draft, 1))["fields"]}
        assert {name: said(change, "from", "to") for name, change in changes.items()} == {
            "description": ["", "Now with words"],
            "visibility": ["public", "private"],
            "target_publish_at": [None, at],
            "status": ["active", "completed"],
        }
        assert changes["status"]["version"] == 7

    async def test_segments_come_change_and_go_with_their_texts(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob")
        first, second = [
            (await alice.add(draft, text)).json()["data"]["segments"][-1]["segment_id"] for text in ("One", "Two")
        ]
        base = (await shown(alice, draft))["version"]
        await amend(alice, draft, second, "Two, better")
        await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{first}")
        await alice.hand(draft, "bob")
        third = (await bob.add(draft, "Three")).json()["data"]["segments"][-1]["segment_id"]
        segments = (await diff(alice, draft, base))["segments"]
        assert [said(s, "segment_id", "content", "user_id", "by") for s in segments["added"]] == [
            [third, "Three", "bob", "bob"]
        ]
        assert [said(s, "segment_id", "from", "to", "by", "version") for s in segments["amended"]] == [
            [second, "Two", "Two, better", "alice", base + 1]
        ]
        assert [said(s, "segment_id", "segment_order", "content", "version") for s in segments["withdrawn"]] == [
            [first, 0, "One", base + 2]
        ]

    async def test_what_came_and_went_or_was_changed_back_is_no_difference(self, alice: Person) -> None:
        draft = await alice.create(title="A walk")
        segment = (await alice.add(draft, "Oops")).json()["data"]["segments"][0]["segment_id"]
        await amend(alice, draft, segment, "Oops!")
        await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{segment}")
        await edit(alice, draft, title="A climb")
        await edit(alice, draft, title="A walk")
        await alice.let_in(draft, "bob")
        await alice.take_out(draft, "bob")
        changed = await diff(alice, draft, 1)
        assert (changed["fields"], changed["members"]) == ([], [])
        assert changed["segments"] == {"added": [], "amended": [], "withdrawn": []}

    async def test_an_added_segment_has_the_text_it_got_later(self, alice: Person) -> None:
        draft = await alice.create()
        segment = (await alice.add(draft, "Once")).json()["data"]["segments"][0]["segment_id"]
        await amend(alice, draft, segment, "Once upon a time")
        (added,) = (await diff(alice, draft, 1))["segments"]["added"]
        assert said(added, "content", "version") == ["Once upon a time", 2]

    async def test_members_come_change_and_go_by_somebody(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", "carol", viewer="dan")
        base = (await shown(alice, draft))["version"]
        await alice.let_in(draft, "erin", "viewer")
        await alice.take_out(draft, "carol")
        await alice.http.patch(f"/v1/collab/drafts/{draft}/collaborators/dan", json={"role": "contributor"})
        await alice.http.post(f"/v1/collab/drafts/{draft}/transfer", json={"to_user_id": "bob"})
        members = {change["user_id"]: change for change in (await diff(bob, draft, base))["members"]}
        assert {who: said(change, "from", "to", "by") for who, change in members.items()} == {
            "alice": ["owner", "contributor", "alice"],
            "bob": ["contributor", "owner", "alice"],
            "carol": ["contributor", None, "alice"],
            "dan": ["viewer", "contributor", "alice"],
            "erin": [None, "viewer", "alice"],
        }

    async def test_the_ring_has_every_pass(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob")
        base = (await shown(alice, draft))["version"]
        await alice.hand(draft, "bob")
        smart = {"strategy": "back_to_creator", "allow_ai": False}
        await bob.http.post(f"/v1/collab/drafts/{draft}/pass-ring/smart", json=smart)
        await alice.hand(draft, "bob")
        ring = (await diff(alice, draft, base))["ring"]
        assert said(ring, "from", "to") == ["alice", "bob"]
        assert [said(p, "from_user_id", "to_user_id", "strategy", "by", "version") for p in ring["passes"]] == [
            ["alice", "bob", None, "alice", base + 1],
            ["bob", "alice", "back_to_creator", "bob", base + 2],
            ["alice", "bob", None, "alice", base + 3],
        ]


class TestRange:
    async def test_to_is_the_draft_as_it_is_by_default(self, alice: Person) -> None:
        draft = await alice.create()
        await alice.add(draft)
        changed = await diff(alice, draft, 1)
        assert (changed["from"]["version"], changed["to"]["version"]) == (1, 2)
        assert await diff(alice, draft, 1, to=2) == changed

    async def test_between_a_version_and_itself_nothing_changed(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        changed = await diff(alice, draft, 2, to=2)
        assert changed["from"] == changed["to"]
        assert (changed["fields"], changed["segments"]["added"]) == ([], [])

    async def test_times_mean_the_last_event_by_then(self, alice: Person) -> None:
        draft = await alice.create()
        await alice.add(draft)
        await alice.add(draft)
        times = [event["at"] for event in (await alice.events(draft)).json()["data"]]
        changed = await diff(alice, draft, times[0], to=times[1])
        assert (changed["from"], changed["to"]) == (
            {"version": 1, "at": times[0]},
            {"version": 2, "at": times[1]},
        )

    @pytest.mark.parametrize("query", [{"from": 2, "to": 1}, {"from": "now", "to": 1}])
    async def test_from_after_to_is_a_bad_request(self, alice: Person, query: dict[str, Any]) -> None:
        draft = await alice.create(initial_segment="Once")
        now = {name: datetime.now(UTC).isoformat() if value == "now" else value for name, value in query.items()}
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/diff", params=now)
        check_problem(answer, 400, "validation_error", "from is later than to.")

    @pytest.mark.parametrize("query", [{"from": 0}, {"from": 3}, {"from": 1, "to": 3}, {"from": -1}, {"from": 10**30}])
    async def test_a_version_that_is_not_there_is_not_found(self, alice: Person, query: dict[str, Any]) -> None:
        draft = await alice.create(initial_segment="Once")
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/diff", params=query)
        check_problem(answer, 404, "not_found", "The draft has no such version.")

    async def test_a_time_before_there_was_a_draft_is_not_found(self, alice: Person) -> None:
        draft = await alice.create()
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/diff", params={"from": "2020-01-01T00:00:00Z"})
        check_problem(answer, 404, "not_found", "The draft did not exist at that time.")

    @pytest.mark.parametrize("name", ["from", "to"])
    async def test_what_is_to_come_is_a_bad_request(self, alice: Person, name: str) -> None:
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        answer = await alice.http.get(
            f"/v1/collab/drafts/{await alice.create()}/diff", params={"from": "1", name: later}
        )
        check_problem(answer, 400, "validation_error", f"{name} is later than now.")

    @pytest.mark.parametrize("name", ["from", "to"])
    async def test_what_is_neither_version_nor_time_is_a_bad_request(self, alice: Person, name: str) -> None:
        answer = await alice.http.get(f"/v1/collab/drafts/{await alice.create()}/diff", params={"from": 1, name: "x"})
        assert check_problem(answer, 400, "validation_error")["detail"].startswith(f"{name} is a version, or a time")

    async def test_from_is_needed(self, alice: Person) -> None:
        document = check_problem(
            await alice.http.get(f"/v1/collab/drafts/{await alice.create()}/diff"), 422, "validation_error"
        )
        assert [error["loc"] for error in document["errors"]] == [["from"]]


class TestPages:
    async def test_pages_follow_each_other_to_the_end(self, alice: Person) -> None:
        draft = await alice.create()
        for n in range(5):
            await alice.add(draft, f"{n}")
        await edit(alice, draft, title="A climb")
        whole, found, renamed, cursor, place = await diff(alice, draft, 1), [], [], {}, 1
        while True:
            page = await diff(alice, draft, 1, limit=2, **cursor)
            assert (page["from"]["version"], page["to"]["version"]) == (place, min(place + 2, 7))
            place = page["to"]["version"]
            found += page["segments"]["added"]
            renamed += page["fields"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
            await alice.add(draft, "Not asked for")
        assert (found, renamed) == (whole["segments"]["added"], whole["fields"])

    @pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=1001", "limit=x"])
    async def test_a_wrong_parameter_is_refused(self, alice: Person, query: str) -> None:
        answer = await alice.http.get(f"/v1/collab/drafts/{await alice.create()}/diff?from=1&{query}")
        check_problem(answer, 400 if query.startswith("cursor") else 422, "validation_error")

    async def test_a_cursor_of_another_draft_is_refused(self, alice: Person) -> None:
        long, short = await alice.create(), await alice.create()
        for _ in range(3):
            await alice.add(long)
        cursor = (await diff(alice, long, 1, limit=1))["next_cursor"]
        answer = await alice.http.get(f"/v1/collab/drafts/{short}/diff", params={"from": 1, "cursor": cursor})
        check_problem(answer, 400, "validation_error")


class TestAccess:
    async def test_any_reader_may_see_it(self, alice: Person, eve: Person, nobody: Person) -> None:
        draft = await alice.create(visibility="public", initial_segment="Once")
        expected = await diff(alice, draft, 1)
        assert [await diff(person, draft, 1) for person in (eve, nobody)] == [expected] * 2

    async def test_somebody_elses_private_draft_is_not_there(self, alice: Person, eve: Person, nobody: Person) -> None:
        draft = await alice.create(visibility="private")
        for query in ("from=1", "from=7", "from=2020-01-01T00:00:00Z"):
            route = f"/v1/collab/drafts/{draft}/diff?{query}"
            check_problem(await eve.http.get(route), 404, "not_found", "There is no such draft.")
            check_problem(await nobody.http.get(route), 401, "unauthorized")

    async def test_whoever_was_taken_out_sees_nothing_of_before(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", visibility="private")
        await diff(bob, draft, 1)
        await alice.take_out(draft, "bob")
        check_problem(await bob.http.get(f"/v1/collab/drafts/{draft}/diff?from=1&to=2"), 404, "not_found")
