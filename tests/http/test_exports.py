"""A draft as a file over HTTP: what is in each kind of it, and for whom."""

import json
from typing import Any

import pytest

from tests.http.checks import check_problem, shared_draft, shown
from tests.http.pages import Page
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def export(person: Person, draft: str, **body: Any) -> Any:
    answer = await person.http.post(f"/v1/export/drafts/{draft}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["onering-position"]
    return answer.json()["data"]


async def written(alice: Person, bob: Person) -> str:
    draft = await shared_draft(alice, "bob", title="A walk", description="Slow", initial_segment="We left at dawn.")
    gone = (await alice.add(draft, "Never mind.")).json()["data"]["segments"][1]["segment_id"]
    assert (await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{gone}")).status_code == 200
    await alice.hand(draft, "bob")
    await bob.add(draft, "It rained.\nAll day.")
    return draft


class TestFormats:
    async def test_markdown_has_the_text_and_who_wrote_it(self, alice: Person, bob: Person) -> None:
        draft = await written(alice, bob)
        names = {m["user_id"]: m["display"] for m in (await shown(alice, draft))["members"]}
        file = await export(alice, draft, format="markdown")
        assert (file["filename"], file["content_type"]) == ("a-walk.md", "text/markdown; charset=utf-8")
        assert file["content"] == (
            "# A walk\n\nSlow\n\nWe left at dawn.\n\nIt rained.\\\nAll day.\n\n---\n\n## Credits\n\n"
            f"- {names['alice'].replace('_', chr(92) + '_')}: 1 segment\n"
            f"- {names['bob'].replace('_', chr(92) + '_')}: 1 segment\n"
        )

    async def test_json_is_the_draft_and_its_credits(self, alice: Person, bob: Person) -> None:
        draft = await written(alice, bob)
        file = await export(alice, draft, format="json")
        assert (file["filename"], file["content_type"]) == ("a-walk.json", "application/json")
        content, now = json.loads(file["content"]), await shown(alice, draft)
        assert content["draft"] == now | {"metrics": None}
        assert [(c["user_id"], c["segment_count"]) for c in content["credits"]] == [("alice", 1), ("bob", 1)]

    async def test_html_is_a_document_that_needs_nothing_from_anywhere(self, alice: Person, bob: Person) -> None:
        draft = await written(alice, bob)
        file = await export(alice, draft, format="html")
        assert (file["filename"], file["content_type"]) == ("a-walk.html", "text/html; charset=utf-8")
        page = Page.of(file["content"])
        assert page.texts["h1"] == ["A walk"]
        assert page.texts["p"] == ["Slow", "We left at dawn.", "It rained.\nAll day."]
        assert page.texts["h2"] == ["Credits"]
        assert "default-src 'none'; style-src 'unsafe-inline'" in page.contents
        assert not {"script", "img", "link", "iframe", "a", "object"} & set(page.texts)

    @pytest.mark.parametrize("format", ["markdown", "json", "html"])
    async def test_credits_can_be_left_out(self, alice: Person, bob: Person, format: str) -> None:
        draft = await written(alice, bob)
        content = (await export(alice, draft, format=format, include_credits=False))["content"]
        assert "redits" not in content
        assert "segment_count" not in content

    @pytest.mark.parametrize("format", ["markdown", "json", "html"])
    async def test_what_was_withdrawn_is_not_in_it(self, alice: Person, bob: Person, format: str) -> None:
        content = (await export(alice, await written(alice, bob), format=format))["content"]
        assert "It rained." in content
        assert "Never mind." not in content

    async def test_it_is_markdown_with_credits_unless_said_otherwise(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        assert await export(alice, draft) == await export(alice, draft, format="markdown", include_credits=True)

    async def test_a_draft_without_anything_is_its_title(self, alice: Person) -> None:
        assert (await export(alice, await alice.create(title="Empty")))["content"] == "# Empty\n"


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "name"),
        [({"format": "pdf"}, "format"), ({"include_credits": "yes"}, "include_credits"), ({"style": "x"}, "style")],
    )
    async def test_a_wrong_field_is_named(self, alice: Person, body: dict[str, Any], name: str) -> None:
        answer = await alice.http.post(f"/v1/export/drafts/{await alice.create()}", json=body)
        document = check_problem(answer, 422, "validation_error")
        assert [error["loc"] for error in document["errors"]] == [[name]]

    async def test_it_is_for_members(self, alice: Person, bob: Person, eve: Person, nobody: Person) -> None:
        draft = await shared_draft(alice, viewer="bob", visibility="public")
        route = f"/v1/export/drafts/{draft}"
        assert (await bob.http.post(route, json={})).status_code == 200
        check_problem(await eve.http.post(route, json={}), 403, "forbidden")
        check_problem(await nobody.http.post(route, json={}), 401, "unauthorized")
        hidden = f"/v1/export/drafts/{await alice.create(visibility='private')}"
        check_problem(await eve.http.post(hidden, json={}), 404, "not_found", "There is no such draft.")

    async def test_a_longer_draft_than_is_configured_is_refused(self, service: Service, shared_dsn: str) -> None:
        async with serving(shared_dsn, export_segments=2) as small:
            author = Person(small.client("author"))
            draft = await author.create(initial_segment="1")
            await author.add(draft, "2")
            assert (await export(author, draft))["content"].count("\n\n") > 1
            third = (await author.add(draft, "3")).json()["data"]["segments"][2]["segment_id"]
            answer = await author.http.post(f"/v1/export/drafts/{draft}", json={})
            told = "The draft has more than 2 segments, the most that an export holds."
            check_problem(answer, 409, "conflict", told)
            await author.http.delete(f"/v1/collab/drafts/{draft}/segments/{third}")
            assert (await author.http.post(f"/v1/export/drafts/{draft}", json={})).status_code == 200
