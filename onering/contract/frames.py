"""The frames of the live feed, both ways: one JSON object per text message, `type` first."""

from typing import Annotated, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.drafts import Draft
from onering.contract.history import Event
from onering.contract.shapes import Count, Id, Shape, Time, Version, shown

Head = Annotated[int, Field(ge=0, description="The draft's newest version.")]
Epoch = Annotated[str, Field(pattern="^[0-9a-f]{12}$", description="Which log versions and positions belong to.")]


class Welcome(Shape):
    """You joined; versions after this are from + 1, from + 2, …"""

    model_config = shown(
        {
            "type": "welcome",
            "connection_id": examples.COMMAND_ID,
            "draft_id": examples.DRAFT_ID,
            "user_id": examples.BOB,
            "epoch": "0123456789ab",
            "from": 4,
            "head": 4,
            "mode": "snapshot",
            "wire": 1,
            "heartbeat_seconds": 25.0,
            "token_expires_at": None,
        }
    )

    type: Literal["welcome"]
    connection_id: Id
    draft_id: Id
    user_id: str | None
    epoch: Epoch
    start: Annotated[int, Field(ge=0, alias="from")]
    head: Head
    mode: Literal["resume", "snapshot", "events"]
    wire: Literal[1]
    heartbeat_seconds: float
    token_expires_at: Time | None


class Snapshot(Shape):
    """The draft at that version, with its last 200 segments."""

    model_config = shown({"type": "snapshot", "version": 4, "draft": examples.DRAFT | {"metrics": None}})

    type: Literal["snapshot"]
    version: Version
    draft: Draft


class Events(Shape):
    """One or more consecutive events, to be applied as a whole."""

    model_config = shown({"type": "events", "events": [examples.EVENT]})

    type: Literal["events"]
    events: Annotated[list[Event], Field(min_length=1)]


class Live(Shape):
    """Catching up is done; once per connection."""

    model_config = shown({"type": "live", "version": 4})

    type: Literal["live"]
    version: Head


class ServerPing(Shape):
    """Nothing was said for a while; the draft stands at `head`; answer `pong`."""

    model_config = shown({"type": "ping", "head": 4})

    type: Literal["ping"]
    head: Head


class ServerPong(Shape):
    """The answer to your `ping`."""

    model_config = shown({"type": "pong", "head": 4})

    type: Literal["pong"]
    head: Head


class TokenExpiring(Shape):
    """Send `auth` with a fresh token within the next seconds; once per token."""

    model_config = shown({"type": "token_expiring", "token_expires_at": examples.NOON})

    type: Literal["token_expiring"]
    token_expires_at: Time


class TokenAccepted(Shape):
    """The fresh token counts from now on."""

    model_config = shown({"type": "token_accepted", "token_expires_at": examples.NOON})

    type: Literal["token_accepted"]
    token_expires_at: Time | None


class Name(Shape):
    """How a person is called."""

    user_id: str
    display: str


class People(Shape):
    """How some people are called from now on."""

    model_config = shown({"type": "people", "people": [{"user_id": examples.BOB, "display": "Bob"}]})

    type: Literal["people"]
    people: list[Name]


class Presence(Shape):
    """Who is there: everybody (`state`), then who came and who left (`diff`); of a crowd only counts, and whose turn it
    is or comes next (`counts`).
    """

    model_config = shown(
        {"type": "presence", "mode": "diff", "people": [examples.BOB], "left": [], "count": 2, "anonymous": 0}
    )

    type: Literal["presence"]
    mode: Literal["state", "diff", "counts"]
    people: Annotated[list[str], Field(description="User ids: in a `diff` those who came.")]
    left: Annotated[list[str], Field(description="User ids: in a `diff` those who left, otherwise nobody.")]
    count: Annotated[int, Field(ge=0, description="People with a name who are there.")]
    anonymous: Annotated[int, Field(ge=0, description="Connections without credentials.")]


class HolderTypes(Shape):
    """The holder of the ring types, or did within the last `seconds`."""

    model_config = shown({"type": "typing", "user_id": examples.BOB, "seconds": 6.0})

    type: Literal["typing"]
    user_id: str
    seconds: Annotated[float, Field(ge=0)]


class GoAway(Shape):
    """This process stops: pick a random moment within `window` seconds and reconnect."""

    model_config = shown({"type": "goaway", "reason": "the server is restarting", "window": 3.0})

    type: Literal["goaway"]
    reason: str
    window: Annotated[float, Field(ge=0)]


class ErrorFrame(Shape):
    """Something you asked for failed; the connection goes on."""

    model_config = shown({"type": "error", "code": "unavailable", "message": "Try again shortly.", "retry": True})

    type: Literal["error"]
    code: str
    message: str
    retry: bool


class Hello(Shape):
    """Who you are and from where you go on; once, and first."""

    model_config = shown({"type": "hello", "token": "eyJhbGciOi…", "after": 4, "epoch": "0123456789ab"})

    type: Literal["hello"]
    token: str | None = None
    after: Count | None = None
    epoch: str | None = None
    mode: Literal["resume", "events"] | None = None


class Auth(Shape):
    """A fresh token of the same person; one that does not last longer is ignored."""

    model_config = shown({"type": "auth", "token": "eyJhbGciOi…"})

    type: Literal["auth"]
    token: str


class ClientPong(Shape):
    """You are there, and the last version you applied."""

    model_config = shown({"type": "pong", "version": 4})

    type: Literal["pong"]
    version: Count | None = None


class ClientPing(Shape):
    """Are we there? Answered by `pong`."""

    model_config = shown({"type": "ping"})

    type: Literal["ping"]


class Typing(Shape):
    """You write; it counts from the holder of the ring."""

    model_config = shown({"type": "typing"})

    type: Literal["typing"]


class Bye(Shape):
    """You leave; answered by close code 1000."""

    model_config = shown({"type": "bye"})

    type: Literal["bye"]


SERVER = (
    Welcome,
    Snapshot,
    Events,
    Live,
    ServerPing,
    ServerPong,
    People,
    Presence,
    HolderTypes,
    TokenExpiring,
    TokenAccepted,
    GoAway,
    ErrorFrame,
)
CLIENT = (Hello, Auth, ClientPong, ClientPing, Typing, Bye)
