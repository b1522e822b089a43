"""One key, one command: whatever is sent again, however often and wherever."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


def told(answer: httpx.Response) -> Any:
    """Return what a retry must repeat of an answer."""
    data = answer.json()["data"]
    return {name: data[name] for name in ("draft_id", "version", "position", "events")}


class TestKeys:
    async def create(self, person: Person, *headers: tuple[str, str], **fields: Any) -> httpx.Response:
        body = {"type": "create-draft", "title": "T"} | fields
        return await person.http.post("/v1/commands", json=body, headers=list(headers))

    async def test_a_command_needs_one(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            document = check_problem(await self.create(alice), 400, "validation_error")
        assert "Idempotency-Key" in document["detail"]

    @pytest.mark.parametrize("key", ["k", "A-Z_a.z:09", "x" * 128])
    async def test_header_and_body_quoted_and_bare_are_the_same_key(self, somebody: Person, key: str) -> None:
        answers = [
            await self.create(somebody, ("Idempotency-Key", key)),
            await self.create(somebody, ("Idempotency-Key", f'"{key}"')),
            await self.create(somebody, idempotency_key=key),
            await self.create(somebody, ("Idempotency-Key", f'"{key}"'), idempotency_key=key),
        ]
        assert [told(answer) for answer in answers] == [told(answers[0])] * 4

    @pytest.mark.parametrize("key", ["", '""', "a b", "x" * 129, 'a"', '"a', "a/b", "k,l", "’", "ключ", "💍"])
    async def test_a_header_that_is_no_key_is_refused(self, alice: Person, log: Any, key: str) -> None:
        async with nothing_stored(log):
            raw: Any = [(b"idempotency-key", key.encode())]
            answer = await alice.http.post("/v1/commands", json={"type": "create-draft", "title": "T"}, headers=raw)
            check_problem(answer, 400, "validation_error")

    @pytest.mark.parametrize("key", ["", "a b", "x" * 129, '"k"', 7, True, ["k"], {"k": "k"}, "ключ", "a\0b"])
    async def test_a_member_of_the_body_that_is_no_key_is_refused(self, alice: Person, log: Any, key: Any) -> None:
        async with nothing_stored(log):
            document = check_problem(await self.create(alice, idempotency_key=key), 422, "validation_error")
        assert document["errors"][0]["loc"] == ["idempotency_key"]

    async def test_header_and_body_must_not_differ(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            answer = await self.create(alice, ("Idempotency-Key", "a"), idempotency_key="b")
            check_problem(answer, 400, "validation_error")

    @pytest.mark.parametrize("second", ["a", "b"])
    async def test_two_headers_are_refused_even_if_they_are_the_same(
        self, alice: Person, log: Any, second: str
    ) -> None:
        async with nothing_stored(log):
            answer = await self.create(alice, ("Idempotency-Key", "a"), ("Idempotency-Key", second))
            check_problem(answer, 400, "validation_error")

    async def test_a_resource_form_without_one_gets_one_of_its_own(self, alice: Person) -> None:
        draft = await alice.create()
        await alice.add(draft, "Same")
        await alice.add(draft, "Same")
        events = (await alice.events(draft)).json()["data"]
        keys = [event["idempotency_key"] for event in events]
        assert len(set(keys)) == 3
        assert all(keys)

    async def test_a_resource_form_takes_it_from_header_or_body(self, alice: Person) -> None:
        draft = await alice.create()
        path = f"/v1/collab/drafts/{draft}/segments"
        await alice.http.post(path, json={"content": "x", "idempotency_key": "k"})
        again = await alice.http.post(path, json={"content": "x"}, headers={"Idempotency-Key": '"k"'})
        assert again.json()["data"]["version"] == 2

    async def test_both_doors_lead_to_one_command(self, alice: Person) -> None:
        draft = await alice.create()
        first = await alice.submit("add-segment", "k", draft_id=draft, content="x")
        assert (await alice.add(draft, "x", **{"Idempotency-Key": "k"})).json()["data"]["version"] == 2
        assert told(first) == told(await alice.submit("add-segment", "k", draft_id=draft.upper(), content="x"))


class TestRetries:
    async def tell(self, owner: Person, friend: Person) -> dict[str, Any]:
        """Do one command of every type, as (person, type, key, fields) → the first answer; the ring moves on."""
        draft = (await owner.submit("create-draft", key := uuid4().hex, title="T")).json()["data"]["draft_id"]
        self.commands: list[tuple[Person, str, str, dict[str, Any]]] = [
            (owner, "create-draft", key, {"title": "T"}),
            (owner, "add-collaborator", "1", {"draft_id": draft, "collaborator_id": "bob"}),
            (owner, "add-collaborator", "2", {"draft_id": draft, "collaborator_id": "bob"}),
            (owner, "add-segment", "3", {"draft_id": draft, "content": "x", "expected_version": 2}),
            (owner, "pass-ring", "4", {"draft_id": draft, "to_user_id": "bob"}),
            (friend, "add-segment", "5", {"draft_id": draft, "content": "y"}),
            (owner, "remove-collaborator", "6", {"draft_id": draft, "collaborator_id": "bob"}),
        ]
        return {key: told(await person.submit(type, key, **fields)) for person, type, key, fields in self.commands}

    async def test_every_command_is_answered_the_same_again(self, alice: Person, bob: Person, log: Any) -> None:
        first = await self.tell(alice, bob)
        async with nothing_stored(log):
            again = {key: told(await person.submit(type, key, **fields)) for person, type, key, fields in self.commands}
        assert first == again

    async def test_another_process_answers_the_same(
        self, alice: Person, bob: Person, shared_dsn: str, log: Any
    ) -> None:
        first = await self.tell(alice, bob)
        async with serving(shared_dsn) as other:
            people = {alice: Person(other.client("alice")), bob: Person(other.client("bob"))}
            async with nothing_stored(log):
                for person, type, key, fields in self.commands:
                    assert told(await people[person].submit(type, key, **fields)) == first[key]

    async def test_the_resource_form_shows_the_draft_as_it_is_now(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob")
        await alice.add(draft, "x", **{"Idempotency-Key": "a"})
        await alice.hand(draft, "bob", **{"Idempotency-Key": "h"})
        for again in (
            await alice.add(draft, "x", **{"Idempotency-Key": "a"}),
            await alice.hand(draft, "bob", **{"Idempotency-Key": "h"}),
        ):
            assert again.json()["data"] == await shown(alice, draft) | {"metrics": None}

    async def test_the_whole_answer_of_an_array_is_the_same_again(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        commands = [
            {"type": "add-segment", "draft_id": draft, "content": f"{n}", "idempotency_key": f"{n}"} for n in range(10)
        ]
        first = await alice.http.post("/v1/commands", json=commands)
        async with nothing_stored(log):
            assert (await alice.http.post("/v1/commands", json=commands)).json() == first.json()

    @pytest.mark.parametrize(
        ("type", "fields"),
        [
            ("add-segment", {"content": "y"}),
            ("pass-ring", {"to_user_id": "alice"}),
            ("add-collaborator", {"collaborator_id": "bob"}),
        ],
    )
    async def test_the_key_of_another_command_is_a_mismatch(
        self, alice: Person, log: Any, type: str, fields: dict[str, Any]
    ) -> None:
        draft = await alice.create()
        await alice.submit("add-segment", "k", draft_id=draft, content="x")
        async with nothing_stored(log):
            answer = await alice.submit(type, "k", draft_id=draft, **fields)
            check_problem(answer, 422, "idempotency_mismatch", "This idempotency key was used for a different command.")

    async def test_the_precondition_is_not_part_of_the_command(self, alice: Person) -> None:
        draft = await alice.create()
        first = await alice.submit("add-segment", "k", draft_id=draft, content="x", expected_version=1)
        again = await alice.submit("add-segment", "k", draft_id=draft, content="x", expected_version=77)
        assert told(first) == told(again)

    async def test_another_persons_key_is_their_own(self, alice: Person, bob: Person) -> None:
        key = uuid4().hex
        hers = (await alice.submit("create-draft", key, title="T")).json()["data"]["draft_id"]
        his = (await bob.submit("create-draft", key, title="T")).json()["data"]["draft_id"]
        assert hers != his
        await alice.let_in(hers, "bob")
        await alice.submit("pass-ring", "k", draft_id=hers, to_user_id="bob")
        assert (await bob.submit("add-segment", "k", draft_id=hers, content="x")).status_code == 200

    async def test_a_refused_command_leaves_its_key_free(self, alice: Person) -> None:
        draft = await alice.create()
        assert (await alice.submit("pass-ring", "k", draft_id=draft, to_user_id="bob")).status_code == 409
        await alice.let_in(draft, "bob")
        assert (await alice.submit("pass-ring", "k", draft_id=draft, to_user_id="bob")).status_code == 200

    @pytest.mark.parametrize("type", ["create-draft", "add-segment"])
    async def test_fifty_at_once_are_one_command(self, alice: Person, service: Service, type: str) -> None:
        draft = await alice.create()
        fields = {"title": "T"} if type == "create-draft" else {"draft_id": draft, "content": "x"}
        key = uuid4().hex
        answers = await asyncio.gather(*[alice.submit(type, key, **fields) for _ in range(50)])
        assert [told(answer) for answer in answers] == [told(answers[0])] * 50
        stored = (await alice.events(told(answers[0])["draft_id"])).json()["data"]
        assert [event["idempotency_key"] for event in stored].count(key) == 1
