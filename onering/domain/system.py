"""What happens to the service itself, as events of its own stream: who was let in or refused, what operators did."""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict


class _SystemEvent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SignedIn(_SystemEvent):
    """A person signed in: told once a day (UTC) for each, however many tokens they bring."""

    type: Literal["signed_in"] = "signed_in"
    user_id: str
    day: str
    request_id: str | None = None


class RequestRefused(_SystemEvent):
    """A signed-in person was refused something; `code` and `status` are what they were told, `dropped` is how many
    refusals before this one were not recorded, because there were too many.
    """

    type: Literal["request_refused"] = "request_refused"
    user_id: str
    code: str
    status: int
    method: str
    path: str
    command: str | None = None
    draft_id: str | None = None
    request_id: str | None = None
    dropped: int = 0


class Address(BaseModel):
    """How often an address was refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    address: str
    refused: int


class SignInsRefused(_SystemEvent):
    """Nobody known was refused to sign in, `refused` times in the minute from `minute` on, as one process counted.

    `addresses` has those refused most; `others` is the rest of them together.
    """

    type: Literal["sign_ins_refused"] = "sign_ins_refused"
    minute: datetime
    refused: int
    addresses: tuple[Address, ...]
    others: int = 0


class AccessRevoked(_SystemEvent):
    """An operator ended a person's tokens: those issued before a time, or, without one, all of them until restored."""

    type: Literal["access_revoked"] = "access_revoked"
    user_id: str
    principal_issuer: str
    principal_subject: str
    issued_before: datetime | None = None


class AccessRestored(_SystemEvent):
    """An operator let a person in again."""

    type: Literal["access_restored"] = "access_restored"
    user_id: str
    principal_issuer: str
    principal_subject: str


class LogKeyAdded(_SystemEvent):
    """Checkpoints are signed with this key, too, from now on; `key` is the public half as people pin it."""

    type: Literal["log_key_added"] = "log_key_added"
    origin: str
    key: str


class LogKeyRetired(_SystemEvent):
    """Checkpoints are no longer signed with this key."""

    type: Literal["log_key_retired"] = "log_key_retired"
    origin: str
    key: str


class LogOpened(_SystemEvent):
    """Checkpoints have this origin from now on; `broken_off` is the one that ended, at the last size signed for it."""

    type: Literal["log_opened"] = "log_opened"
    origin: str
    key: str
    broken_off: str | None = None
    broken_off_at: int | None = None


class Administered(_SystemEvent):
    """An operator did something to the service; `action` is the command, `detail` on what."""

    type: Literal["administered"] = "administered"
    action: str
    detail: str = ""


SystemEvent: TypeAlias = (
    SignedIn
    | RequestRefused
    | SignInsRefused
    | AccessRevoked
    | AccessRestored
    | LogKeyAdded
    | LogKeyRetired
    | LogOpened
    | Administered
)

SYSTEM_EVENT_TYPES: dict[str, type[SystemEvent]] = {
    "signed_in": SignedIn,
    "request_refused": RequestRefused,
    "sign_ins_refused": SignInsRefused,
    "access_revoked": AccessRevoked,
    "access_restored": AccessRestored,
    "log_key_added": LogKeyAdded,
    "log_key_retired": LogKeyRetired,
    "log_opened": LogOpened,
    "administered": Administered,
}
