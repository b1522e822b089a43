"""What the page makes of a draft's events is what REST answers: recorded here, folded by the page's own code."""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from onering.domain.events import EVENT_TYPES
from tests.page.building import ROOT
from tests.serving import Person, Service, serving

FOLD = ". scripts/environment.sh && . scripts/page.sh && in_web npm test -- client/tests/live/history.test.ts"


async def test_the_page_folds_events_of_every_kind_into_what_rest_answers(shared_dsn: str, tmp_path: Path) -> None:
    async with serving(shared_dsn) as service:
        recorded = await history(service)
    assert {moment["event"]["type"] for moment in recorded} == set(EVENT_TYPES)
    file = tmp_path / "history.ndjson"
    file.write_bytes(b"".join(orjson.dumps(moment) + b"\n" for moment in recorded))
    folded = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euo", "pipefail", "-c", FOLD],
        cwd=ROOT,
        env=os.environ | {"ONERING_HISTORY": str(file)},
        capture_output=True,
        text=True,
    )
    if folded.returncode:
        pytest.fail(f"{folded.stdout}{folded.stderr}", pytrace=False)


async def history(service: Service) -> Sequence[Mapping[str, Any]]:
    """Return each event of a draft to which everything happens, with the draft as it was then."""
    alice, bob = (Person(service.client(name)) for name in ("alice", "bob"))
    draft = await alice.create(title="A walk", platform="blog", visibility="workspace")
    await live_through(draft, alice, bob)
    events = (await alice.events(draft, limit=1000)).json()["data"]
    return [{"event": each, "draft": (await alice.draft(draft, at=each["version"])).json()["data"]} for each in events]


async def live_through(draft: str, alice: Person, bob: Person) -> None:
    """Let everything happen to a draft that can."""
    turns, path = {"draft_id": draft}, f"/v1/collab/drafts/{draft}"
    await done(alice.submit("edit-draft", **turns, title="أ long walk", description="Two of us", turn_limit_hours=48))
    await done(alice.let_in(draft, "bob"))
    await done(alice.let_in(draft, "carol", "viewer"))
    await done(alice.add(draft, "We left at dawn."))
    await done(alice.add(draft, "It raned."))
    await done(alice.add(draft, "Nobody will miss this."))
    segments = (await alice.draft(draft)).json()["data"]["segments"]
    await done(alice.http.patch(f"{path}/segments/{segments[1]['segment_id']}", json={"content": "It rained."}))
    await done(alice.http.delete(f"{path}/segments/{segments[2]['segment_id']}"))
    await done(alice.submit("edit-draft", **turns, turn_limit_hours=12))
    await done(alice.hand(draft, "bob"))
    await done(alice.http.post(f"{path}/nudge"))
    await done(bob.add(draft, "Then it stopped."))
    await done(alice.submit("change-role", **turns, collaborator_id="carol", role="contributor"))
    await done(bob.hand(draft, "carol"))
    await done(alice.submit("change-role", **turns, collaborator_id="carol", role="viewer"))
    await done(alice.take_out(draft, "carol"))
    await done(alice.let_in(draft, "dave"))
    await done(alice.let_in(draft, "carol"))
    when = "2027-01-01T10:30:00+02:00"
    await done(alice.submit("edit-draft", **turns, platform=None, visibility="private", target_publish_at=when))
    await done(alice.http.post(f"{path}/lock"))
    await done(alice.http.post(f"{path}/unlock"))
    await done(alice.submit("transfer-ownership", **turns, to_user_id="bob"))
    await done(bob.submit("edit-draft", **turns, target_publish_at=None))
    await done(bob.http.post(f"{path}/complete"))
    await done(bob.http.post(f"{path}/reopen"))
    await done(alice.add(draft, "We went on. 🌈"))
    await done(alice.submit("pass-ring-smart", **turns, strategy="round_robin"))
    await done(bob.http.post(f"{path}/archive"))
    await done(bob.http.post(f"{path}/reopen", headers={"If-Match": "*"}))


async def done(asked: Any) -> None:
    """Wait for an answer, and see that it is one."""
    answer = await asked
    assert answer.status_code == 200, answer.text
