"""The story: invites, turns, a turn that is not over and one that is, a removal, and the end."""

import asyncio
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from scripts.storytelling.people import Follower, Person, expect
from scripts.storytelling.stage import HOURS_AHEAD, Stage

ADA, BEN, CLEO = "ada", "ben", "cleo"

# What is seen live, in this order.
EVENTS = (
    "draft_created", "segment_added", "turn_limit_changed", "collaborator_added", "collaborator_added", "ring_passed",
    "segment_added", "segment_amended", "ring_passed", "segment_added", "ring_passed", "holder_nudged", "ring_passed",
    "segment_added", "ring_passed", "ring_passed", "collaborator_removed", "draft_completed",
)  # fmt: skip
TEXTS = ["We left at dawn.", "It poured.", "Nobody minded.", "We were home by noon."]


async def play(stage: Stage, console: Console) -> None:
    """Play it. Raises Unexpected at the first thing that is not as it should be."""
    ada, ben, cleo = (Person(name, stage.url, console) for name in (ADA, BEN, CLEO))
    draft = await _begun(ada)
    path = f"/v1/collab/drafts/{draft}"
    for person in (ben, cleo):
        await _invited(ada, person, path)
    screen, bens = Follower(CLEO, stage.url, draft, console), Follower(BEN, stage.url, draft)
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(follower.follow()) for follower in (screen, bens)]
        await screen.until(5)
        await _turns(ada, ben, cleo, path)
        await screen.until(12)
        await _reclaimed(stage, ada, ben, path)
        await screen.until(13)
        await _ended(ada, ben, cleo, path)
        await screen.until(len(EVENTS))
        await bens.until_ended()
        for task in following:
            task.cancel()
    await _checked(cleo, path, screen.seen, bens.seen, stage)


async def _begun(ada: Person) -> str:
    first = {"title": "A walk by the sea", "visibility": "private", "initial_segment": "We left at dawn."}
    draft = str((await ada.ask("begins a draft", "POST", "/v1/collab/drafts", **first))["draft_id"])
    await ada.ask("gives everybody an hour", "PATCH", f"/v1/collab/drafts/{draft}", turn_limit_hours=1)
    return draft


async def _invited(ada: Person, guest: Person, path: str) -> None:
    await guest.ask("is a stranger yet", "GET", path, refused="not_found")
    made = await ada.ask(f"invites {guest.name}", "POST", f"{path}/invites", target_user_id=guest.name)
    answer = f"/v1/collab/invites/{made['invite_id']}/accept"
    await guest.ask("tries a wrong link", "POST", answer, refused="forbidden", token="0" * 64)
    await guest.ask("accepts", "POST", answer, token=made["token"])


async def _turns(ada: Person, ben: Person, cleo: Person, path: str) -> None:
    await ada.ask("passes the ring to ben", "POST", f"{path}/pass-ring", to_user_id=BEN)
    await cleo.ask("would like to write", "POST", f"{path}/segments", refused="ring_required", content="Me!")
    written = await ben.ask("writes", "POST", f"{path}/segments", content="It rained.")
    segment = written["segments"][-1]["segment_id"]
    await ben.ask("finds a better word", "PATCH", f"{path}/segments/{segment}", content="It poured.")
    passed = await ben.ask("lets the service choose who is next", "POST", f"{path}/pass-ring/smart")
    expect(passed["ring_state"]["current_holder_id"] == CLEO, "cleo, who never had a turn, is next")
    await cleo.ask("writes", "POST", f"{path}/segments", content="Nobody minded.")
    await cleo.ask("passes the ring to ben", "POST", f"{path}/pass-ring", to_user_id=BEN)
    await ada.ask("reminds ben that it is his turn", "POST", f"{path}/nudge")
    await ada.ask("reminds him again", "POST", f"{path}/nudge", refused="limit_exceeded")


async def _reclaimed(stage: Stage, ada: Person, ben: Person, path: str) -> None:
    await ada.ask("wants the ring back", "POST", f"{path}/reclaim-ring", refused="conflict")
    if stage.hours_pass:
        ada.console.print(Text(f"       … {HOURS_AHEAD} hours later", style="dim"))
        await stage.later()
        back = await ada.ask("takes the ring back", "POST", f"{path}/reclaim-ring")
    else:
        back = await ben.ask("gives it back", "POST", f"{path}/pass-ring", to_user_id=ADA)
    expect(back["ring_state"]["current_holder_id"] == ADA, "ada holds the ring")


async def _ended(ada: Person, ben: Person, cleo: Person, path: str) -> None:
    await ada.ask("writes", "POST", f"{path}/segments", content="We were home by noon.")
    await ada.ask("passes the ring to ben once more", "POST", f"{path}/pass-ring", to_user_id=BEN)
    gone = await ada.ask("takes ben out, who holds it", "DELETE", f"{path}/collaborators/{BEN}")
    expect(gone["ring_state"]["current_holder_id"] == ADA, "the ring of somebody who was taken out is the owner's")
    await ben.ask("reads no more", "GET", path, refused="not_found")
    await ada.ask("calls it finished", "POST", f"{path}/complete")
    await ada.ask("has an afterthought", "POST", f"{path}/segments", refused="conflict", content="And yet")
    await cleo.ask("can't finish it either", "POST", f"{path}/complete", refused="forbidden")


async def _checked(
    cleo: Person, path: str, seen: Sequence[dict[str, Any]], bens: Sequence[dict[str, Any]], stage: Stage
) -> None:
    """Compare what was seen live with what should have been, and with the draft as it is read."""
    types = tuple(event["type"] for event in seen)
    expect(types == EVENTS, f"the screen had {types}")
    reclaimed = [event for event in seen if event["data"].get("reason") == "reclaimed"]
    expect(len(reclaimed) == stage.hours_pass, "the ring was reclaimed if, and only if, the turn was over")
    expect(bens[-1]["type"] == "collaborator_removed", "the last that ben saw is that he was taken out")
    draft = await cleo.ask("reads it", "GET", path)
    expect((draft["version"], draft["status"]) == (len(EVENTS), "completed"), "the draft is as new as the screen")
    texts = [segment["content"] for segment in draft["segments"]]
    expect(texts == TEXTS, f"it says {texts}")
    expect(draft["ring_state"]["holders_history"] == [ADA, BEN, CLEO, BEN, ADA, BEN, ADA], "everybody's turns are told")
    for text in texts:
        cleo.console.print(Text(f"       {text}", style="italic"))
