"""Who writes in the benchmark, what, and the drafts that it is written to."""

from collections.abc import Sequence
from itertools import count, islice

import httpx

from scripts.benchmark.service import Service

WRITER = "alice"
CONTENT = "And then the old man said that the sea had never been so still, and went below."
# Most commands that a request takes.
AT_ONCE = 100


def drafts(service: Service, number: int) -> list[str]:
    """Create so many drafts of the writer's, and return their ids."""
    headers = {"Authorization": f"Bearer {service.token(WRITER)}", "Prefer": "return=minimal"}
    numbers = iter(range(number))
    made: list[str] = []
    with httpx.Client(base_url=service.url, headers=headers, trust_env=False, timeout=60) as client:
        while batch := list(islice(numbers, AT_ONCE)):
            made += _created(client, batch)
    return made


def _created(client: httpx.Client, batch: Sequence[int]) -> list[str]:
    commands = [{"type": "create-draft", "title": "Bench", "idempotency_key": f"{next(_KEYS)}"} for _ in batch]
    answers = client.post("/v1/commands", json=commands).raise_for_status().json()["data"]
    return [answer["data"]["draft_id"] for answer in answers]


_KEYS = count()
