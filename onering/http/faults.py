"""Why a request goes no further, where no rule of the domain is at stake.

RequestFault
├── BadRequest              400 validation_error       it can't be read without guessing
├── InvalidFields           422 validation_error       it is well-formed, and its fields are wrong
├── NotMembers              403 forbidden              readers who are no members don't see this
├── NotAuditors             403 forbidden              this is for auditors
├── NoSuchRoute             404 not_found
├── MethodNotAllowed        405 method_not_allowed     with Allow (RFC 9110 §15.5.6)
├── RequestTimeout          408 request_timeout        its body did not come in time
├── ConditionFailed         412 precondition_failed    a condition that nothing can meet
├── PayloadTooLarge         413 payload_too_large
├── UnsupportedMediaType    415 unsupported_media_type
└── RateLimited             429 rate_limited           with Retry-After (RFC 6585 §4)
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from pydantic import ValidationError

MOST_ERRORS = 20
_LONGEST_NAME = 64

UNKNOWN_FIELD = "There is no such field here"

# What pydantic says of these quotes the input, or is no sentence for a person.
_SAID = {
    "extra_forbidden": UNKNOWN_FIELD,
    "missing": "This field is required",
    "uuid_parsing": "Input should be a valid UUID",
    "uuid_type": "Input should be a valid UUID",
    "datetime_from_date_parsing": "Input should be a time with offset, as in RFC 3339",
    "datetime_parsing": "Input should be a time with offset, as in RFC 3339",
    "int_parsing": "Input should be a whole number",
    "bool_parsing": "Input should be true or false",
}


class RequestFault(Exception):
    """The request is answered with a problem; `detail` is for a person and never repeats the input."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, detail: str, *, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = tuple(headers)


class BadRequest(RequestFault):
    """Malformed, ambiguous or contradictory."""

    status, code = 400, "validation_error"


class InvalidFields(RequestFault):
    """Well-formed, with wrong fields; `errors` are `{"loc": [names], "msg": text}`, at most MOST_ERRORS."""

    status, code = 422, "validation_error"

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        first = errors[0]
        where = ".".join(map(str, first["loc"]))
        super().__init__(f"{where}: {first['msg']}." if where else f"{first['msg']}.")
        self.errors = list(errors[:MOST_ERRORS])

    @classmethod
    def of(cls, invalid: ValidationError) -> "InvalidFields":
        """Return what pydantic found, without the input."""
        found = invalid.errors(include_url=False, include_context=False, include_input=False)
        return cls([{"loc": _names(error["loc"]), "msg": _message(error["type"], error["msg"])} for error in found])

    @classmethod
    def at(cls, name: str, message: str) -> "InvalidFields":
        """Return a fault of one field."""
        return cls([{"loc": [name], "msg": message}])


class NotMembers(RequestFault):
    """The caller may read the draft, but this is for its members."""

    status, code = 403, "forbidden"


class NotAuditors(RequestFault):
    """The caller is signed in, but no auditor."""

    status, code = 403, "forbidden"


class NoSuchRoute(RequestFault):
    """No route has this path."""

    status, code = 404, "not_found"


class MethodNotAllowed(RequestFault):
    """The path exists, the method does not."""

    status, code = 405, "method_not_allowed"

    def __init__(self, allowed: Iterable[str]) -> None:
        names = ", ".join(sorted(allowed))
        super().__init__(f"This path takes {names}.", headers=[("Allow", names)])


class RequestTimeout(RequestFault):
    """The body did not come in time (RFC 9110 §15.5.9)."""

    status, code = 408, "request_timeout"


class ConditionFailed(RequestFault):
    """If-Match names what can't match here."""

    status, code = 412, "precondition_failed"


class PayloadTooLarge(RequestFault):
    """The body is longer than the limit."""

    status, code = 413, "payload_too_large"


class UnsupportedMediaType(RequestFault):
    """The body is not plain JSON."""

    status, code = 415, "unsupported_media_type"


class RateLimited(RequestFault):
    """The caller asks too often; of what `name` counts, the next may come in `wait` seconds."""

    status, code = 429, "rate_limited"

    def __init__(self, name: str, per_minute: int, burst: int, wait: int) -> None:
        super().__init__(
            f"There were too many {name}: {per_minute} a minute, and {burst} at once; try again in {wait} s.",
            headers=[("Retry-After", str(wait))],
        )


def _names(loc: Sequence[str | int]) -> list[str | int]:
    return [name[:_LONGEST_NAME] if isinstance(name, str) else name for name in loc]


def _message(kind: str, message: str) -> str:
    return _SAID.get(kind, message.removeprefix("Value error, "))
