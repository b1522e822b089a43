"""The share card of a draft, as JSON and as a picture: what is on it, for whom, and that it is harmless."""

from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.http.checks import check_problem, shared_draft, shown
from tests.http.pages import check_harmless
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def card(person: Person, draft: str, **query: Any) -> Any:
    answer = await person.http.get(f"/v1/collab/drafts/{draft}/share-card", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


class TestCard:
    async def test_it_says_what_the_draft_is(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", title="A walk", platform="blog", initial_segment="At dawn.\nWe left.")
        await alice.hand(draft, "bob")
        await bob.add(draft)
        now = await shown(alice, draft)
        names = {member["user_id"]: member["display"] for member in now["members"]}
        told = await card(bob, draft)  # who wrote last: what he wrote is in his figures
        assert (told["title"], told["subtitle"]) == ("Collab Thread: A walk", f"It is the turn of {names['bob']}")
        assert told["metrics"] == {
            "contributors_count": 2,
            "ring_passes_last_24h": 1,
            "avg_minutes_between_passes": now["metrics"]["avgMinutesBetweenPasses"],
            "segments_count": 2,
        }
        assert told["contributors"] == [names["alice"], names["bob"]]
        assert (told["top_line"], told["theme"]["name"]) == ("At dawn.", "blog")
        assert told["cta"]["label"] == "Join the thread"

    async def test_now_fixes_its_clock(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob")
        await alice.hand(draft, "bob")
        passed = datetime.fromisoformat((await shown(alice, draft))["ring_state"]["passed_at"])
        for hours, passes in ((0, 1), (23, 1), (25, 0)):
            now = (passed + timedelta(hours=hours)).isoformat()
            told = await card(alice, draft, now=now)
            assert told["metrics"]["ring_passes_last_24h"] == passes
            assert told == await card(alice, draft, now=now)

    async def test_the_owner_comes_first_and_then_who_wrote_five_in_all(
        self, service: Service, somebody: Person
    ) -> None:
        names = [f"u{n}" for n in range(6)]
        draft = await shared_draft(somebody, *names)
        people = [somebody, *(Person(service.client(name)) for name in names)]
        for giver, taker in zip(people, names, strict=False):
            await giver.hand(draft, taker)
            await people[names.index(taker) + 1].add(draft)
        members = {m["user_id"]: m["display"] for m in (await shown(somebody, draft))["members"]}
        owner = somebody.http.headers["X-User-Id"]
        told = await card(somebody, draft)
        assert told["contributors"] == [members[person] for person in (owner, *names[:4])]
        assert told["metrics"]["contributors_count"] == 7

    async def test_what_was_withdrawn_is_not_on_it(self, alice: Person) -> None:
        draft = await alice.create()
        segment = (await alice.add(draft, "Oops")).json()["data"]["segments"][0]["segment_id"]
        await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{segment}")
        told = await card(alice, draft)
        assert (told["metrics"]["segments_count"], told["top_line"]) == (0, "Nobody has written yet.")

    @pytest.mark.parametrize(
        ("move", "subtitle", "label"),
        [
            ("lock", "Resting for a while", "Read the thread"),
            ("complete", "Finished, one turn at a time", "Read the thread"),
            ("archive", "Put away, one turn at a time", "Read the thread"),
        ],
    )
    async def test_it_says_where_the_draft_stands(self, alice: Person, move: str, subtitle: str, label: str) -> None:
        draft = await alice.create()
        await alice.http.post(f"/v1/collab/drafts/{draft}/{move}")
        told = await card(alice, draft)
        assert (told["subtitle"], told["cta"]["label"]) == (subtitle, label)

    async def test_a_long_first_line_is_cut(self, alice: Person) -> None:
        told = await card(alice, await alice.create(initial_segment="word " * 100))
        assert (len(told["top_line"]), told["top_line"][-1]) == (160, "…")

    async def test_it_names_nobody_by_their_id_and_nothing_that_is_secret(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        invite = {"target_user_id": "carol", "role": "viewer"}
        made = (await alice.http.post(f"/v1/collab/drafts/{draft}/invites", json=invite)).json()["data"]
        for answer in (
            await bob.http.get(f"/v1/collab/drafts/{draft}/share-card"),
            await bob.http.get(f"/v1/collab/drafts/{draft}/share-card.svg"),
        ):
            assert not [w for w in ("alice", "bob", "carol", made["token"], made["invite_id"]) if w in answer.text]


class TestLink:
    async def test_it_leads_to_where_the_caller_found_the_service(self, alice: Person) -> None:
        draft = await alice.create()
        told = await card(alice, draft)
        assert told["cta"]["url"] == f"{str(alice.http.base_url).rstrip('/')}/drafts/{draft}"

    async def test_it_leads_to_the_public_url_if_there_is_one(self, shared_dsn: str) -> None:
        async with serving(shared_dsn, public_url="https://ring.example/") as public:
            person = Person(public.client("alice"))
            draft = await person.create()
            assert (await card(person, draft))["cta"]["url"] == f"https://ring.example/drafts/{draft}"


@pytest.mark.parametrize("route", ["/v1/collab/drafts/{}/share-card", "/v1/collab/drafts/{}/share-card.svg"])
class TestAccess:
    async def test_any_reader_may_see_it(self, alice: Person, eve: Person, nobody: Person, route: str) -> None:
        draft = await alice.create(visibility="public")
        for person in (alice, eve, nobody):
            assert (await person.http.get(route.format(draft))).status_code == 200

    async def test_somebody_elses_private_draft_is_not_there(
        self, alice: Person, eve: Person, nobody: Person, route: str
    ) -> None:
        draft = await alice.create(visibility="private", title="Between us")
        check_problem(await eve.http.get(route.format(draft)), 404, "not_found", "There is no such draft.")
        check_problem(await nobody.http.get(route.format(draft)), 401, "unauthorized")

    async def test_a_wrong_now_is_named(self, alice: Person, route: str) -> None:
        answer = await alice.http.get(route.format(await alice.create()), params={"now": "soon"})
        check_problem(answer, 422, "validation_error")


HOSTILE = '</text><script>alert(1)</script> & "quotes" ]]> &lt; \ufffe{{ 7 * 7 }}'


class TestPicture:
    async def test_it_is_an_svg_that_loads_and_runs_nothing(self, alice: Person) -> None:
        draft = await alice.create(title=HOSTILE, initial_segment=HOSTILE, description=HOSTILE)
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/share-card.svg")
        assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
        assert (
            answer.headers["content-security-policy"]
            == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        drawing = ElementTree.fromstring(answer.content)
        assert (drawing.get("width"), drawing.get("height")) == ("1200", "630")
        check_harmless(drawing)
        written = "".join(drawing.itertext())
        assert "{{ 7 * 7 }}" in written
        assert "\ufffe" not in written

    async def test_it_shows_what_the_card_says(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", title="A walk", initial_segment="We left at dawn.")
        told = await card(alice, draft)
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/share-card.svg")
        written = [text for text in ElementTree.fromstring(answer.content).itertext() if text.strip()]
        for line in ("A walk", "We left at dawn.", told["subtitle"], *told["contributors"], "contributor", "segment"):
            assert line in written
