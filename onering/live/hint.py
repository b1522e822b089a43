"""What one process tells the others about presence, soon and perhaps in vain."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

import orjson

from onering.live.presence import Typing

T = TypeVar("T")

# Of one hint, for which Postgres has less than 8,000 bytes. A user id may have 300 characters, of 4 bytes each.
_DRAFTS, _TYPING = 150, 6


class Hint(NamedTuple):
    """A process is there, other people are at `drafts`, and holders type."""

    process_id: UUID
    drafts: Sequence[UUID] = ()
    typing: Sequence[Typing] = ()

    def packed(self) -> Sequence[str]:
        """Return it as payloads of NOTIFY, at least one."""
        changed, typed = _cut(self.drafts, _DRAFTS), _cut(self.typing, _TYPING)
        parts = [*((some, ()) for some in changed), *(((), some) for some in typed)]
        return [self._payload(*part) for part in parts or [((), ())]]

    def _payload(self, drafts: Sequence[UUID], typing: Sequence[Typing]) -> str:
        typed = [(each.draft_id.hex, each.user_id) for each in typing]
        return orjson.dumps([self.process_id.hex, [draft.hex for draft in drafts], typed]).decode()


def parse(payload: str) -> Hint:
    """Return the hint in a payload. Raises ValueError for one of another release."""
    try:
        process_id, drafts, typing = orjson.loads(payload)
        typed = [Typing(UUID(draft), str(user_id)) for draft, user_id in typing]
        return Hint(UUID(process_id), [UUID(draft) for draft in drafts], typed)
    except (TypeError, AttributeError) as fault:
        raise ValueError("not a hint about presence") from fault


def _cut(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    return (items[start : start + most] for start in range(0, len(items), most))
