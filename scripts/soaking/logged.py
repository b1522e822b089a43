"""The log as a history is held against it: each draft's events in their final bytes, and who might read when."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onering.log.event import StoredEvent
from onering.log.wire import Principal, encode_event


class Draft:
    """One draft; `events` are its events' bytes, from version 1 on. Nobody here has a workspace but their own."""

    def __init__(self, events: Sequence[bytes]) -> None:
        self.events = events
        self.keys: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._public = False
        self._changes: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for version, raw in enumerate(events, 1):
            self._take(version, json.loads(raw))

    def _take(self, version: int, event: Mapping[str, Any]) -> None:
        if event["version"] != version:
            raise ValueError(f"version {event['version']} in place of {version}")
        if event["idempotency_key"] is not None:
            self.keys[event["actor"]["id"], event["idempotency_key"]].append(version)
        match event["type"]:
            case "draft_created":
                self._public = event["data"]["visibility"] == "public"
                self._changes[event["data"]["creator_id"]].append((version, True))
            case "collaborator_added" | "collaborator_removed" as change:
                self._changes[event["data"]["user_id"]].append((version, change == "collaborator_added"))

    @property
    def head(self) -> int:
        """The newest version."""
        return len(self.events)

    def readable(self, user: str, version: int) -> bool:
        """Whether that person may read the draft as it is at `version`."""
        changes = self._changes.get(user, [])
        at = bisect_right(changes, (version, True))
        return self._public or (at > 0 and changes[at - 1][1])

    def endings(self, user: str) -> list[int]:
        """Return the versions of all events that ended their access."""
        return [] if self._public else [version for version, added in self._changes.get(user, []) if not added]


@dataclass(frozen=True)
class Log:
    """All drafts by id, and the epoch of the log."""

    epoch: str
    drafts: Mapping[str, Draft]

    @classmethod
    def of(cls, epoch: str, stored: Iterable[StoredEvent], principal: Principal) -> "Log":
        """Return the log that these rows are, in order of position. Raises ValueError if versions have gaps."""
        raw: dict[str, list[bytes]] = defaultdict(list)
        for event in stored:
            if event.stream_type == "draft":
                raw[str(event.stream_id)].append(encode_event(event, principal))
        return cls(epoch, {draft: Draft(events) for draft, events in raw.items()})
