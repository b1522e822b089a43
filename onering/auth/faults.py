"""Why a caller is not let in.

    AuthFault
    ├── Unauthorized         401 unauthorized
    │   ├── NoCredentials        WWW-Authenticate: Bearer
    │   └── InvalidToken         WWW-Authenticate: Bearer error="invalid_token"
    ├── BadRequest           400 validation_error
    ├── Forbidden            403 forbidden
    ├── TooManyFailures      429 rate_limited, Retry-After
    └── Unavailable          503 unavailable, Retry-After

Every `InvalidToken` looks the same from outside; its `reason` is one of our own words, for logs and counters.
No fault ever holds token text.
"""

from enum import StrEnum
from typing import ClassVar

from onering.auth.identity import Identity


class AuthFault(Exception):
    """The request goes no further; `status`, `code`, `detail` and `headers` are what the caller is told."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Response fields that belong to this fault."""
        return ()


class Unauthorized(AuthFault):
    """Nobody is signed in (RFC 9110 §15.5.2)."""

    status = 401
    code = "unauthorized"
    challenge: ClassVar[str]

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("WWW-Authenticate", self.challenge),)


class NoCredentials(Unauthorized):
    """The request carries no credentials, and what it asks for needs some."""

    challenge = "Bearer"

    def __init__(self) -> None:
        super().__init__("Sign in first: send an Authorization header with a Bearer token.")


class Reason(StrEnum):
    """Which check a token failed: for our logs and counters, never for the caller."""

    SCHEME = "scheme"
    SIZE = "size"
    SPELLING = "spelling"
    HEADER = "header"
    ISSUER = "issuer"
    KEY = "key"
    ALGORITHM = "algorithm"
    SIGNATURE = "signature"
    TIMES = "times"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    LIFE = "life"
    CATEGORY = "category"
    SUBJECT = "subject"
    AUDIENCE = "audience"
    PARTY = "party"
    STATUS = "status"
    IMPERSONATOR = "impersonator"
    ORGANISATION = "organisation"
    REVOKED = "revoked"


class InvalidToken(Unauthorized):
    """The token is not one we accept (RFC 6750 §3.1); one answer for every reason.

    `identity` is whose it is, where all of it is true and it was revoked: for the audit, never for the caller.
    """

    challenge = 'Bearer error="invalid_token"'

    def __init__(self, reason: Reason, identity: Identity | None = None) -> None:
        super().__init__("The token is not valid; sign in again.")
        self.reason = reason
        self.identity = identity


class BadRequest(AuthFault):
    """The credentials can't be read without guessing."""

    status = 400
    code = "validation_error"


class Forbidden(AuthFault):
    """This page may not call here, or this person has a name that is somebody else's."""

    status = 403
    code = "forbidden"


class TooManyFailures(AuthFault):
    """This address sent too many tokens that are not valid (RFC 6585 §4); this one was not looked at."""

    status = 429
    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many tokens from here were not valid; try again in {retry_after} s.")
        self.retry_after = retry_after

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("Retry-After", str(self.retry_after)),)


class Unavailable(AuthFault):
    """The issuer's keys are not at hand, so no token of it can be judged."""

    status = 503
    code = "unavailable"

    def __init__(self, retry_after: int) -> None:
        super().__init__("The keys that verify tokens can't be fetched at the moment; try again shortly.")
        self.retry_after = retry_after

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("Retry-After", str(self.retry_after)),)
