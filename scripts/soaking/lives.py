"""Drafts that live and end while everything breaks: passed on, reclaimed, given away, completed, reopened, archived."""

import asyncio
from itertools import count

import httpx

from scripts.soaking.people import OTHER, WRITER, client, insist
from scripts.soaking.score import Score
from scripts.soaking.signing_in import Entrance


async def live_out(at: Entrance, score: Score, stop: asyncio.Event) -> None:
    """Take one draft after the other from its first event to its last, until told to stop.

    The service takes the time to be later than any turn lasts, so that a ring can be reclaimed at once.
    """
    async with client(at, WRITER) as owner, client(at, OTHER) as member:
        for n in count():
            if stop.is_set():
                return
            await _a_life(owner, member, at.named(OTHER), f"life-{n}", score)


async def _a_life(owner: httpx.AsyncClient, member: httpx.AsyncClient, other: str, name: str, score: Score) -> None:
    made = await insist(owner, {"type": "create-draft", "title": name, "idempotency_key": name}, score)
    steps: tuple[tuple[httpx.AsyncClient, dict[str, object]], ...] = (
        (owner, {"type": "edit-draft", "turn_limit_hours": 1}),
        (owner, {"type": "add-collaborator", "collaborator_id": other}),
        (owner, {"type": "pass-ring", "to_user_id": other}),
        (member, {"type": "add-segment", "content": name}),
        (owner, {"type": "nudge-holder"}),
        (owner, {"type": "reclaim-ring"}),
        (owner, {"type": "transfer-ownership", "to_user_id": other}),
        (member, {"type": "complete-draft"}),
        (member, {"type": "reopen-draft"}),
        (member, {"type": "archive-draft"}),
    )
    for number, (person, step) in enumerate(steps):
        await insist(person, {**step, "draft_id": made["draft_id"], "idempotency_key": f"{name}-{number}"}, score)
