"""Problem documents (RFC 9457): every fault of a request as what its caller is told."""

from dataclasses import dataclass
from math import ceil
from typing import Any

import asyncpg
import orjson
import structlog
from starlette.responses import Response

from onering.auth.faults import AuthFault
from onering.domain.refusals import Refusal, TooSoon
from onering.http.faults import InvalidFields, RequestFault
from onering.log.batcher import TROUBLE, AppendFailed
from onering.log.codec import UnknownEvent
from onering.proofs.newest import NotSigned, NotSignedYet
from onering.proofs.tree import NotGrown
from onering.requests import CommandFault, Contended, IdempotencyMismatch, InvitesOff, PreconditionFailed, Unavailable
from projections.faults import BadCursor, ReadFault

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

# Every code that callers are told; the title is the kind of problem, the detail this one.
TITLES = {
    "validation_error": "The request is not valid",
    "unauthorized": "Sign in",
    "forbidden": "Not allowed",
    "ring_required": "The ring is needed",
    "quota_exceeded": "More than the plan allows",
    "not_found": "Not found",
    "method_not_allowed": "Method not allowed",
    "conflict": "Not possible in the current state",
    "draft_locked": "The draft is locked",
    "no_collaborator_candidates": "Nobody to pass the ring to",
    "gone": "No longer there",
    "precondition_failed": "The draft has changed",
    "payload_too_large": "The request is too long",
    "headers_too_large": "The request's head is too long",
    "request_timeout": "The request did not come in time",
    "unsupported_media_type": "Not JSON",
    "idempotency_mismatch": "The idempotency key was used before",
    "limit_exceeded": "Too many, or too soon",
    "rate_limited": "Too often",
    "internal_error": "Something went wrong",
    "unavailable": "Not available at the moment",
}

STATUSES = {
    "validation_error": 400,
    "forbidden": 403,
    "ring_required": 403,
    "quota_exceeded": 403,
    "not_found": 404,
    "conflict": 409,
    "draft_locked": 409,
    "no_collaborator_candidates": 409,
    "gone": 410,
    "limit_exceeded": 429,
}
_FAULTS: dict[type[CommandFault], tuple[int, str]] = {
    PreconditionFailed: (412, "precondition_failed"),
    IdempotencyMismatch: (422, "idempotency_mismatch"),
    Contended: (409, "conflict"),
    InvitesOff: (503, "unavailable"),
}
_RETRY = (("Retry-After", "1"),)

# The database can't be reached or is in trouble: another try may do. Any other PostgresError is a fault of ours.
_AWAY = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError, AppendFailed, *TROUBLE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the caller is told: a status, a stable code, a sentence for a person; `errors` for wrong fields."""

    status: int
    code: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()
    errors: list[dict[str, Any]] | None = None

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the JSON value: RFC 9457's members, and those that existing clients read."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code.replace('_', '-')}",
            "title": TITLES[self.code],
            "status": self.status,
            "detail": self.detail,
            "instance": request_id,
            "error": {"code": self.code, "message": self.detail, "request_id": request_id},
        }
        if self.errors is not None:
            document["errors"] = self.errors
        return document

    def response(self, request_id: str) -> Response:
        """Return the answer; to a websocket scope it is a refused handshake with a real status."""
        body = orjson.dumps(self.document(request_id))
        return Response(body, self.status, dict(self.headers), MEDIA_TYPE)


INTERNAL = Problem(500, "internal_error", "Something went wrong here; the request id names it in the log.")
AWAY = Problem(503, "unavailable", "The database is out of reach; try again shortly.", _RETRY)


def problem_of(error: Exception, request_id: str) -> Problem:
    """Return the problem that an error is to its caller; what nobody foresaw is logged, and named by its request id."""
    if (problem := _foreseen(error)) is not None:
        return problem
    if isinstance(error, _AWAY):
        _log.warning("database_out_of_reach", request_id=request_id, error=type(error).__name__)
        return AWAY
    _log.error("request_failed", request_id=request_id, exc_info=error)
    return INTERNAL


def kind_of(error: Exception) -> Problem:
    """Return the problem that an error is to its caller, and log nothing."""
    return _foreseen(error) or (AWAY if isinstance(error, _AWAY) else INTERNAL)


def _foreseen(error: Exception) -> Problem | None:
    match error:
        case InvalidFields():
            return Problem(error.status, error.code, error.detail, error.headers, error.errors)
        case RequestFault() | AuthFault():
            return Problem(error.status, error.code, error.detail, tuple(error.headers))
        case TooSoon():
            wait = (("Retry-After", str(ceil(error.wait.total_seconds()))),)
            return Problem(STATUSES[error.code], error.code, error.detail, wait)
        case Refusal():
            return Problem(STATUSES[error.code], error.code, error.detail)
        case Unavailable():
            return Problem(503, "unavailable", str(error), _RETRY)
        case CommandFault():
            return Problem(*_FAULTS[type(error)], str(error))
        case BadCursor():
            return Problem(400, "validation_error", str(error))
        case ReadFault():
            return Problem(503, "unavailable", str(error), _RETRY)
        case NotSigned():
            return Problem(404, "not_found", "This log is not signed, so nothing of it can be proved.")
        case NotSignedYet():
            return Problem(503, "unavailable", "The log is not signed so far yet; try again shortly.", _RETRY)
        case NotGrown():
            return Problem(503, "unavailable", "The tree of the log is not complete at the moment.", _RETRY)
        case UnknownEvent():
            return Problem(
                503, "unavailable", "A newer release wrote to this draft; this server can't show it.", _RETRY
            )
    return None
