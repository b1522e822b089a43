"""How a socket ends: every close code, and the problem it is when the handshake can still be refused instead.

Codes 4400 to 4499 tell the client not to retry blindly; after all others it resumes, with jitter.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class End:
    """A close code (RFC 6455 §7.4) and its reason for a person; `status` and `code` are the problem's of contract.md.

    An end without a `status` can only come after the handshake. `wait` is after how many seconds to try again; `hidden`
    says, to the record alone, that there is such a draft.
    """

    close_code: int
    reason: str
    status: int | None = None
    code: str = ""
    wait: int | None = None
    hidden: bool = field(default=False, compare=False)


DONE = End(1000, "done")
GONE = End(1005, "the connection was lost")  # never sent: RFC 6455 §7.4.1
RESTART = End(1012, "the server is restarting", 503, "unavailable")
OVERLOADED = End(1013, "the draft can't be served at the moment; try again shortly", 503, "unavailable")
SERVER_ERROR = End(4000, "something went wrong here", 500, "internal_error")
DRAIN = End(4001, "the server is restarting; resume on another connection")
TOO_SLOW = End(4002, "too slow: nothing was read for a while")
HEARTBEAT_MISSED = End(4003, "nothing was heard from you for a while")
RESYNC = End(4005, "the log was restored; join again without `after`")
BAD_FRAME = End(4400, "the message is not one of the feed's", 400, "validation_error")
SIGN_IN = End(4401, "sign in first", 401, "unauthorized")
TOKEN_REFUSED = End(4401, "the token is not valid; sign in again", 401, "unauthorized")
TOKEN_EXPIRED = End(4401, "the token has expired; sign in again")
ACCESS_ENDED = End(4403, "you may no longer read this draft", 403, "forbidden")
OTHER_PERSON = End(4403, "the new token is somebody else's")
NO_SUCH_DRAFT = End(4404, "there is no such draft", 404, "not_found")
NO_HELLO = End(4408, "no hello in time")
HELLO_TOO_BIG = End(4413, "the hello is too long")
TOO_MANY_SOCKETS = End(4429, "too many connections", 429, "limit_exceeded")
TOO_MANY_CONNECTS = End(4429, "too many connections in a short time", 429, "rate_limited")
TOO_MANY_FRAMES = End(4429, "too many frames")


class Ended(Exception):
    """This socket goes no further."""

    def __init__(self, end: End) -> None:
        super().__init__(end.reason)
        self.end = end
