"""Invites end to end: made by id or handle, answered by their target alone, and a secret nowhere but in one answer."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown, signed_in
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFT = "/v1/collab/drafts/{}"
SHOWN = [
    "invite_id", "draft_id", "inviter_user_id", "inviter_display", "target_user_id", "target_display", "role",
    "message", "status", "token_hint", "created_at", "expires_at", "settled_at",
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carol(service: Service) -> AsyncIterator[Person]:
    yield await signed_in(service, "carol")


async def ask(person: Person, draft: str, key: str | None = None, **fields: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await person.http.post(DRAFT.format(draft) + "/invites", json=fields, headers=headers)


async def invite(person: Person, draft: str, whom: str = "bob", **fields: Any) -> dict[str, Any]:
    answer = await ask(person, draft, target_user_id=whom, **fields)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def settle(person: Person, how: str, invite_id: str, **fields: Any) -> httpx.Response:
    return await person.http.post(f"/v1/collab/invites/{invite_id}/{how}", json=fields)


async def accept(person: Person, made: dict[str, Any]) -> httpx.Response:
    return await settle(person, "accept", made["invite_id"], token=made["token"])


async def invites(person: Person, draft: str, **query: Any) -> httpx.Response:
    return await person.http.get(DRAFT.format(draft) + "/invites", params=query)


class TestMaking:
    async def test_it_answers_the_invite_and_the_link_for_its_target(self, service: Service, alice: Person) -> None:
        draft = await alice.create()
        made = await invite(alice, draft, message="Come", role="viewer", expires_in_hours=1)
        assert list(made) == [*SHOWN, "token", "share_url"]
        assert (made["draft_id"], made["target_user_id"], made["role"], made["status"]) == (
            draft, "bob", "viewer", "pending",
        )  # fmt: skip
        assert made["token_hint"] == made["token"][-6:]
        assert made["share_url"] == f"{service.url}/invites/{made['invite_id']}#token={made['token']}"
        assert (await shown(alice, draft))["pending_invites"] == [made["invite_id"]]

    async def test_an_identical_retry_by_whoever_made_it_shows_the_link_again(self, alice: Person) -> None:
        draft, key = await alice.create(), uuid4().hex
        first, again = [await ask(alice, draft, key, target_user_id="bob") for _ in range(2)]
        assert first.json() == again.json()
        other = await ask(alice, draft, key, target_user_id="carol")
        check_problem(other, 422, "idempotency_mismatch")

    async def test_the_same_key_of_another_person_shows_nothing_of_it(self, alice: Person, bob: Person) -> None:
        draft, key = await shared_draft(alice, "bob"), uuid4().hex
        made = (await ask(alice, draft, key, target_user_id="carol")).json()["data"]
        answer = await ask(bob, draft, key, target_user_id="carol")
        check_problem(answer, 403, "forbidden")
        assert made["token"] not in answer.text

    async def test_through_commands_it_is_told_the_same(self, alice: Person) -> None:
        draft, key = await alice.create(), uuid4().hex
        made = await alice.submit("create-invite", key, draft_id=draft, target_user_id="bob")
        token = (await ask(alice, draft, key, target_user_id="bob")).json()["data"]["token"]
        assert (made.status_code, token in made.text) == (200, True)
        assert token not in json.dumps(made.json()["data"]["events"])

    async def test_a_handle_finds_its_person_however_it_is_spelled(self, alice: Person, log: Any) -> None:
        name = f"h{uuid4().hex[:8]}"
        await log.execute(
            "INSERT INTO onering.app_users (issuer, subject, user_id, plan, handle) VALUES ('x', $1, $1, 'free', $2)",
            f"{name}-id",
            name,
        )
        for spelled in (f"@{name.upper()}", name):
            answer = await ask(alice, await alice.create(), target_handle=spelled)
            assert answer.json()["data"]["target_user_id"] == f"{name}-id"
        check_problem(await ask(alice, await alice.create(), target_handle="nobody_has_this"), 404, "not_found")

    @pytest.mark.parametrize(
        ("fields", "status", "code"),
        [
            ({"target_user_id": "alice"}, 400, "validation_error"),
            ({}, 422, "validation_error"),
            ({"target_user_id": "bob", "target_handle": "bob"}, 422, "validation_error"),
            ({"target_user_id": "bob", "expires_in_hours": 721}, 422, "validation_error"),
            ({"target_user_id": "bob", "role": "owner"}, 422, "validation_error"),
            ({"target_user_id": "vera"}, 409, "conflict"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, alice: Person, log: Any, fields: dict[str, Any], status: int, code: str
    ) -> None:
        draft = await shared_draft(alice, viewer="vera")
        async with nothing_stored(log):
            check_problem(await ask(alice, draft, **fields), status, code)

    async def test_only_the_owner_and_the_holder_invite(self, alice: Person, bob: Person, eve: Person) -> None:
        draft = await shared_draft(alice, "bob")
        check_problem(await ask(bob, draft, target_user_id="carol"), 403, "forbidden")
        await alice.hand(draft, "bob")
        assert (await ask(bob, draft, target_user_id="carol")).status_code == 200
        private = await alice.create(visibility="private")
        check_problem(await ask(eve, private, target_user_id="carol"), 404, "not_found")


class TestAnswering:
    async def test_whoever_accepts_is_in_and_may_be_so_twice(self, alice: Person, bob: Person) -> None:
        draft = await alice.create(visibility="private")
        made = await invite(alice, draft)
        check_problem(await bob.draft(draft), 404, "not_found")
        first, again = await accept(bob, made), await accept(bob, made)
        assert first.json() == again.json()
        assert (first.json()["data"]["status"], list(first.json()["data"])) == ("accepted", SHOWN)
        assert [(m["user_id"], m["role"]) for m in (await shown(bob, draft))["members"]] == [
            ("alice", "owner"),
            ("bob", "contributor"),
        ]
        assert (await shown(alice, draft))["pending_invites"] == []

    async def test_a_wrong_person_or_token_is_forbidden(
        self, alice: Person, bob: Person, eve: Person, nobody: Person, log: Any
    ) -> None:
        draft = await alice.create(visibility="private")
        made, other = await invite(alice, draft), await invite(alice, draft, "carol")
        async with nothing_stored(log):
            check_problem(await accept(eve, made), 403, "forbidden")
            check_problem(await accept(alice, made), 403, "forbidden")
            for token in (other["token"], "x", "ä" * 64):
                check_problem(await settle(bob, "accept", made["invite_id"], token=token), 403, "forbidden")
            check_problem(await accept(nobody, made), 401, "unauthorized")
            check_problem(await settle(bob, "accept", made["invite_id"]), 422, "validation_error")
            check_problem(await settle(bob, "accept", str(uuid4()), token="x"), 404, "not_found")
            check_problem(await settle(bob, "accept", draft, token="x"), 404, "not_found")

    async def test_what_was_taken_back_is_gone(self, alice: Person, bob: Person) -> None:
        made = await invite(alice, await alice.create())
        check_problem(await settle(bob, "revoke", made["invite_id"]), 403, "forbidden")
        for _ in range(2):
            assert (await settle(alice, "revoke", made["invite_id"])).json()["data"]["status"] == "revoked"
        check_problem(await accept(bob, made), 410, "gone")
        check_problem(await settle(bob, "decline", made["invite_id"]), 410, "gone")

    async def test_its_target_declines(self, alice: Person, bob: Person) -> None:
        made = await invite(alice, await alice.create())
        check_problem(await settle(alice, "decline", made["invite_id"]), 403, "forbidden")
        for _ in range(2):
            assert (await settle(bob, "decline", made["invite_id"])).json()["data"]["status"] == "declined"
        check_problem(await accept(bob, made), 409, "conflict")
        check_problem(await settle(alice, "revoke", made["invite_id"]), 409, "conflict")

    async def test_a_condition_is_on_the_version_of_the_draft(self, alice: Person, bob: Person, eve: Person) -> None:
        draft = await alice.create(visibility="private")
        made = await invite(alice, draft)
        path, stale = f"/v1/collab/invites/{made['invite_id']}/decline", {"If-Match": '"7"'}
        check_problem(await eve.http.post(path, headers=stale), 403, "forbidden")
        check_problem(await bob.http.post(path, headers=stale), 412, "precondition_failed")
        assert (await bob.http.post(path, headers={"If-Match": '"1"'})).status_code == 200

    @pytest.mark.parametrize("how", ["accept", "revoke", "decline"])
    async def test_each_answer_has_its_command(self, alice: Person, bob: Person, how: str) -> None:
        made = await invite(alice, await alice.create())
        person, fields = (alice, {}) if how == "revoke" else (bob, {})
        said = {"invite_id": made["invite_id"]} | ({"token": made["token"]} if how == "accept" else fields)
        answer = await person.submit(f"{how}-invite", **said)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["events"][-1]["type"].startswith("invite_")


class TestSeeing:
    async def test_its_two_people_and_members_see_one_and_what_it_is_into(
        self, alice: Person, bob: Person, eve: Person, nobody: Person
    ) -> None:
        draft = await shared_draft(alice, "dan", visibility="private", title="Before")
        made = await invite(alice, draft, message="Come")
        await alice.http.patch(DRAFT.format(draft), json={"title": "A walk"})
        path = f"/v1/collab/invites/{made['invite_id']}"
        for person in (alice, bob):
            answer = await person.http.get(path)
            assert (answer.status_code, made["token"] in answer.text) == (200, False)
            told = answer.json()["data"]
            assert list(told) == [*SHOWN, "draft_title"]
            assert (told["draft_title"], told["message"], told["status"]) == ("A walk", "Come", "pending")
        check_problem(await eve.http.get(path), 403, "forbidden")
        check_problem(await nobody.http.get(path), 401, "unauthorized")
        for unknown in (str(uuid4()), draft, "x"):
            check_problem(await bob.http.get(f"/v1/collab/invites/{unknown}"), 404, "not_found")

    async def test_once_it_does_not_stand_a_title_is_shown_to_readers_of_the_draft_alone(
        self, alice: Person, bob: Person
    ) -> None:
        private, public = [await alice.create(visibility=v, title="A walk") for v in ("private", "public")]
        for draft, title in ((private, None), (public, "A walk")):
            made = await invite(alice, draft)
            await settle(alice, "revoke", made["invite_id"])
            path = f"/v1/collab/invites/{made['invite_id']}"
            assert (await bob.http.get(path)).json()["data"]["draft_title"] == title
            assert (await alice.http.get(path)).json()["data"]["draft_title"] == "A walk"

    async def test_whoever_asked_and_was_taken_out_is_told_no_title_any_more(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", visibility="private", title="Before")
        assert (await alice.hand(draft, "bob")).status_code == 200
        made = await invite(bob, draft, "carol")
        assert (await alice.take_out(draft, "bob")).status_code == 200
        await alice.http.patch(DRAFT.format(draft), json={"title": "After"})
        told = (await bob.http.get(f"/v1/collab/invites/{made['invite_id']}")).json()["data"]
        assert (told["status"], told["draft_title"]) == ("pending", None)

    async def test_members_list_them_newest_first_and_others_do_not(
        self, alice: Person, bob: Person, eve: Person, nobody: Person
    ) -> None:
        draft = await shared_draft(alice, "bob")
        made = [await invite(alice, draft, name) for name in ("carol", "dan")]
        newest = (await invites(alice, draft)).headers["OneRing-Position"]
        answer = await bob.http.get(DRAFT.format(draft) + "/invites", headers={"OneRing-Min-Position": newest})
        assert [one["invite_id"] for one in answer.json()["data"]] == [m["invite_id"] for m in reversed(made)]
        first = (await invites(bob, draft, limit=1)).json()
        rest = (await invites(bob, draft, limit=1, cursor=first["next_cursor"])).json()
        assert [*first["data"], *rest["data"]] == answer.json()["data"]
        check_problem(await invites(eve, draft), 403, "forbidden")
        check_problem(await invites(nobody, draft), 401, "unauthorized")
        assert (await shown(eve, draft))["pending_invites"] == []

    async def test_lists_name_the_open_ones_to_members_alone(
        self, alice: Person, bob: Person, eve: Person, nobody: Person
    ) -> None:
        # Where a draft is kept as it was sent, its texts may read like the field.
        draft = await alice.create(visibility="public", title='"pending_invites":[]')
        await alice.let_in(draft, "bob")
        for _ in range(2):  # the second time from what was kept
            made = await invite(alice, draft, f"carol{uuid4().hex[:6]}")
        for person, sees in ((alice, 2), (bob, 2), (eve, 0), (nobody, 0)):
            newest = (await invites(alice, draft)).headers["OneRing-Position"]
            answer = await person.http.get("/v1/collab/drafts?scope=public", headers={"OneRing-Min-Position": newest})
            (listed,) = [one for one in answer.json()["data"] if one["draft_id"] == draft]
            assert (listed["title"], len(listed["pending_invites"])) == ('"pending_invites":[]', sees)
            assert (made["invite_id"] in listed["pending_invites"]) == bool(sees)

    async def test_joining_is_seen_on_the_live_feed(self, service: Service, alice: Person, bob: Person) -> None:
        draft = await alice.create(visibility="private")
        made = await invite(alice, draft)
        url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}?after=1"
        async with connect(url, additional_headers={"X-User-Id": "alice"}, proxy=None) as socket:
            assert (await accept(bob, made)).status_code == 200
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "events":
                    break
        (event,) = frame["events"]
        assert (event["type"], event["actor"], event["version"]) == ("collaborator_added", {"id": "bob"}, 2)
        assert event["data"] == {"user_id": "bob", "role": "contributor", "invite_id": made["invite_id"]}

    async def test_a_token_is_in_no_other_answer_and_nowhere_in_the_database(
        self, alice: Person, bob: Person, log: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        draft = await alice.create()
        made = await invite(alice, draft)
        await accept(bob, made)
        token = made["token"]
        for person in (alice, bob):
            for answer in (
                await invites(person, draft),
                await person.draft(draft),
                await person.drafts(),
                await person.events(draft),
                await person.timeline(draft),
            ):
                assert (answer.status_code, token in answer.text) == (200, False)
        assert token not in caplog.text
        tables = await log.fetch(
            """SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
                WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
        )
        assert len(tables) > 10
        for (table,) in tables:
            spelled = [token, UUID(token[:32]).hex]
            found = await log.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text ~ $1", "|".join(spelled))
            assert (table, found) == (table, 0)
