"""A draft's events in pages (the bytes that its commands answered), and its timeline for members."""

from typing import Any
from uuid import UUID

import pytest

from tests.http.checks import check_problem, shared_draft
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


def data_of(text: bytes) -> bytes:
    """Return the events of an answer as they were sent."""
    start = text.index(b"[") + 1
    return text[start : text.rindex(b"]")]


async def epoch_of(person: Person, draft: str) -> str:
    cursor: str = (await person.events(draft, limit=1)).json()["next_cursor"]
    return cursor.partition(".")[0]


class TestEvents:
    async def test_they_are_the_bytes_that_commands_answered(self, alice: Person) -> None:
        created = await alice.submit("create-draft", title="Wörter “x”", initial_segment="\t☃")
        draft = created.json()["data"]["draft_id"]
        told = [created, await alice.submit("add-segment", draft_id=draft, content='"\\'), await alice.submit(
            "add-collaborator", draft_id=draft, collaborator_id="bob")]  # fmt: skip
        page = await alice.events(draft)
        assert data_of(page.content) == b",".join(data_of(answer.content) for answer in told)
        assert list(page.json()) == ["data", "count", "next_cursor"]
        assert (page.json()["count"], page.json()["next_cursor"]) == (4, None)

    async def test_the_position_is_no_older_than_what_is_shown(self, alice: Person) -> None:
        draft = await alice.create()
        page = await alice.events(draft)
        last = page.json()["data"][-1]["position"]
        assert int(page.headers["onering-position"].partition(".")[2]) >= int(last.partition(".")[2])

    async def test_pages_make_up_the_whole(self, alice: Person) -> None:
        draft = await alice.create()
        for n in range(10):
            await alice.add(draft, f"{n}")
        found: list[Any] = []
        after = "0"
        while after:
            page = (await alice.events(draft, after=after, limit=4)).json()
            assert page["count"] == len(page["data"]) <= 4
            found += page["data"]
            after = page["next_cursor"]
        assert [event["version"] for event in found] == list(range(1, 12))

    async def test_after_is_a_version_or_a_cursor(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        epoch = await epoch_of(alice, draft)
        for after, versions in (("0", [1, 2]), ("1", [2]), (f"{epoch}.1", [2]), ("2", []), ("9999999999", [])):
            events = (await alice.events(draft, after=after)).json()["data"]
            assert [event["version"] for event in events] == versions

    async def test_a_cursor_of_another_log_says_so(self, alice: Person) -> None:
        draft = await alice.create()
        document = check_problem(await alice.events(draft, after="0123456789ab.1"), 400, "validation_error")
        assert "before the log was restored" in document["detail"]

    @pytest.mark.parametrize("after", ["", "-1", "x", "1.5", "0x1", "1" * 11, "\0", "٣", "0123456789ab", "a" * 5000])
    async def test_an_after_that_is_none_is_a_bad_request(self, alice: Person, after: str) -> None:
        answer = await alice.events(await alice.create(), after=after)
        check_problem(answer, 400, "validation_error", "after is a version, 0 or more, or the next_cursor of a page.")

    @pytest.mark.parametrize("limit", ["0", "1001", "-1", "", "x"])
    async def test_a_limit_out_of_bounds_is_named(self, alice: Person, limit: str) -> None:
        check_problem(await alice.events(await alice.create(), limit=limit), 422, "validation_error")


class TestTimeline:
    async def test_it_tells_what_happened_in_sentences(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", title="A walk", initial_segment="Once")
        await alice.hand(draft, "bob")
        await alice.take_out(draft, "bob")
        answer = await alice.timeline(draft)
        told = answer.json()["data"]
        assert list(told) == ["draft_id", "events", "next_cursor"]
        assert (told["draft_id"], told["next_cursor"]) == (draft, None)
        assert [event["summary"] for event in told["events"]] == [
            "alice started “A walk”.",
            "alice wrote segment 1.",
            "alice added bob as a contributor.",
            "alice passed the ring to bob.",
            "The ring went back to alice, since bob was removed.",
            "alice removed bob.",
        ]

    async def test_each_entry_has_exactly_these_members(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        events = (await alice.events(draft)).json()["data"]
        for entry, event in zip((await alice.timeline(draft)).json()["data"]["events"], events, strict=True):
            assert list(entry) == ["event_id", "ts", "type", "actor_user_id", "draft_id", "summary", "meta"]
            assert UUID(entry["event_id"])
            same = ("event_id", "type", "draft_id")
            assert [entry[name] for name in same] == [event[name] for name in same]
            assert (entry["ts"], entry["actor_user_id"]) == (event["at"], event["actor"]["id"])
            assert "content" not in entry["meta"]

    async def test_it_shows_a_command_as_soon_as_it_is_acknowledged(self, alice: Person) -> None:
        draft = await alice.create()
        for n in range(2, 8):
            await alice.add(draft)
            assert len((await alice.timeline(draft)).json()["data"]["events"]) == n

    @pytest.mark.parametrize("asc", ["true", "false"])
    async def test_pages_make_up_the_whole_in_either_order(self, alice: Person, asc: str) -> None:
        draft = await alice.create()
        for n in range(6):
            await alice.add(draft, f"{n}")
        whole = (await alice.timeline(draft, asc=asc)).json()["data"]["events"]
        assert [entry["ts"] for entry in whole] == sorted((entry["ts"] for entry in whole), reverse=asc == "false")
        found: list[Any] = []
        page: dict[str, Any] = {"next_cursor": None}
        while not found or page["next_cursor"]:
            query = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
            page = (await alice.timeline(draft, asc=asc, limit=3, **query)).json()["data"]
            found += page["events"]
        assert found == whole

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "asc=up", "limit="])
    async def test_a_wrong_parameter_is_named(self, alice: Person, query: str) -> None:
        answer = await alice.http.get(f"/v1/timeline/drafts/{await alice.create()}?{query}")
        check_problem(answer, 422, "validation_error")

    @pytest.mark.parametrize("cursor", ["", "x", "W10", "WyIwMTIzNDU2Nzg5YWIiLDFd", "WyJ4IiwgIjEiXQ", "\0", "9" * 600])
    async def test_a_cursor_that_is_none_of_ours_is_a_bad_request(self, alice: Person, cursor: str) -> None:
        check_problem(await alice.timeline(await alice.create(), cursor=cursor), 400, "validation_error")
