"""What the service says of itself."""

from typing import Annotated, Literal

from pydantic import Field

from onering.contract.problems import Problem, problem_example
from onering.contract.shapes import Count, Shape, shown


class Limits(Shape):
    """What a front end should not exceed."""

    body_bytes: int
    title_characters: int
    description_characters: int
    segment_characters: int
    heartbeat_seconds: float


class Proofs(Shape):
    """The log's proofs: whose they are, as its checkpoints say."""

    origin: str


class Config(Shape):
    """What a front end needs to know before anybody signs in."""

    environment: Literal["local", "test", "staging", "production"]
    clerk_publishable_key: str | None
    anonymous_read: bool
    default_visibility: Literal["private", "public"]
    limits: Limits
    proofs: Annotated[Proofs | None, Field(description="Null where nobody signs the log.")]


class ConfigAnswer(Shape):
    """What a front end needs to know before anybody signs in."""

    model_config = shown(
        {
            "data": {
                "environment": "local",
                "clerk_publishable_key": None,
                "anonymous_read": True,
                "default_visibility": "public",
                "limits": {
                    "body_bytes": 262144,
                    "title_characters": 200,
                    "description_characters": 2000,
                    "segment_characters": 500,
                    "heartbeat_seconds": 25.0,
                },
                "proofs": {"origin": "onering.example.com/log"},
            }
        }
    )

    data: Config


class TokenRequest(Shape):
    """Whom to mint a token for."""

    model_config = shown({"user_id": "alice"})

    user_id: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")]


class Token(Shape):
    """A token to develop with; `expires_in` is in seconds."""

    token: str
    user_id: str
    expires_in: Count


class TokenAnswer(Shape):
    """A token to develop with."""

    model_config = shown({"data": {"token": "eyJhbGciOi…", "user_id": "alice", "expires_in": 3600}})

    data: Token


class Alive(Shape):
    """The process does its work."""

    model_config = shown({"status": "ok"})

    status: Literal["ok"]


class TailHealth(Shape):
    """Whether the log is being followed, and how far."""

    connected: bool
    position: Count


class ProjectionHealth(Shape):
    """How far a read model is; `lag` is in events."""

    name: str
    version: Count
    position: Count
    lag: Count
    stuck: bool


class KeysHealth(Shape):
    """Whether the tokens of an issuer can be judged."""

    issuer: str
    usable: bool


class SigningHealth(Shape):
    """Whether the log is signed, and how far; `lag` is in events. Where it is not, `detail` says why."""

    state: Literal["on", "off", "unsigned", "refused"]
    origin: str | None
    size: Count
    lag: Count
    detail: str | None


_TAIL = {"connected": True, "position": 5}
_TIMELINE = {"name": "timeline", "version": 1, "position": 5, "lag": 0, "stuck": False}
_SIGNING = {"state": "on", "origin": "onering.example.com/log", "size": 5, "lag": 0, "detail": None}
_READY = {
    "status": "ready",
    "database": True,
    "tail": _TAIL,
    "projections": [_TIMELINE],
    "keys": [],
    "signing": _SIGNING,
}


class Ready(Shape):
    """Requests can be served."""

    model_config = shown(_READY)

    status: Literal["ready"]
    database: Literal[True]
    tail: TailHealth
    projections: list[ProjectionHealth]
    keys: list[KeysHealth]
    signing: SigningHealth


class Unready(Problem):
    """Why requests can't be served, and how the parts stand, as far as that is known."""

    model_config = shown(
        problem_example(503, "unavailable", "Not available at the moment", "The database is out of reach.")
        | {"database": False}
    )

    database: bool
    tail: TailHealth | None = None
    projections: list[ProjectionHealth] | None = None
    keys: list[KeysHealth] | None = None
    signing: SigningHealth | None = None
