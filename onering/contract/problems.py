"""The problem document (RFC 9457) that every refusal is, and the statuses that each of its codes comes with."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Shape, shown

CODES: Mapping[str, tuple[int, ...]] = {
    "validation_error": (400, 422),
    "unauthorized": (401,),
    "forbidden": (403,),
    "ring_required": (403,),
    "quota_exceeded": (403,),
    "not_found": (404,),
    "method_not_allowed": (405,),
    "request_timeout": (408,),
    "conflict": (409,),
    "draft_locked": (409,),
    "no_collaborator_candidates": (409,),
    "gone": (410,),
    "precondition_failed": (412,),
    "payload_too_large": (413,),
    "unsupported_media_type": (415,),
    "idempotency_mismatch": (422,),
    "limit_exceeded": (429,),
    "rate_limited": (429,),
    "headers_too_large": (431,),
    "internal_error": (500,),
    "unavailable": (503,),
}


class Fault(Shape):
    """What existing clients read."""

    code: str
    message: str
    request_id: str


class FieldFault(Shape):
    """A wrong field, by its name and the names around it."""

    loc: list[str | int]
    msg: str


def problem_example(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """Return a problem as it is answered."""
    return {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": examples.REQUEST_ID,
        "error": {"code": code, "message": detail, "request_id": examples.REQUEST_ID},
    }


class Problem(Shape):
    """Why a request was refused; `errors` for wrong fields. It never repeats what was sent."""

    model_config = shown(
        problem_example(
            *(403, "ring_required", "The ring is needed"), "Only the ring holder may add a segment; bob holds the ring."
        )
    )

    type: Annotated[str, Field(pattern=r"^/problems/[a-z-]+$")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: Annotated[str, Field(description="The request's id.")]
    error: Fault
    errors: Annotated[list[FieldFault], Field(default_factory=list)]
