"""Why a command is refused.

    Refusal
    ├── Invalid                    validation_error
    ├── NotFound                   not_found
    ├── Forbidden                  forbidden
    │   └── RingRequired           ring_required
    ├── QuotaExceeded              quota_exceeded
    ├── Conflict                   conflict
    │   ├── DraftLocked            draft_locked
    │   └── NoCandidates           no_collaborator_candidates
    ├── Gone                       gone
    └── TooSoon                    limit_exceeded

Each names the rule in a sentence for a person and carries its stable code.
"""

from datetime import timedelta
from typing import ClassVar


class Refusal(Exception):
    """A rule says no; nothing was written."""

    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Invalid(Refusal):
    """It makes no sense, whatever the state."""

    code = "validation_error"


class NotFound(Refusal):
    """There is no such thing, or it is `hidden`: the caller may not know of it, and is told alike."""

    code = "not_found"

    def __init__(self, detail: str, *, hidden: bool = False) -> None:
        super().__init__(detail)
        self.hidden = hidden


class Forbidden(Refusal):
    """The caller may read the draft but not do this."""

    code = "forbidden"


class RingRequired(Forbidden):
    """A member acts without holding the ring."""

    code = "ring_required"


class QuotaExceeded(Refusal):
    """A person's plan does not allow more of it."""

    code = "quota_exceeded"


class Conflict(Refusal):
    """The state of the draft does not allow it."""

    code = "conflict"


class DraftLocked(Conflict):
    """The draft takes no segments for now."""

    code = "draft_locked"


class NoCandidates(Conflict):
    """There is nobody to pass the ring to."""

    code = "no_collaborator_candidates"


class Gone(Refusal):
    """An invite that expired or was revoked."""

    code = "gone"


class TooSoon(Refusal):
    """It was done a short while ago; `wait` says when it may be done again."""

    code = "limit_exceeded"

    def __init__(self, detail: str, wait: timedelta) -> None:
        super().__init__(detail)
        self.wait = wait
