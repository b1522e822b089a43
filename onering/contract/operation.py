"""What the contract says of one route: what it takes, what it answers, and how it refuses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from pydantic import BaseModel

from onering.contract.commands import Changed
from onering.contract.problems import CODES

JSON = "application/json"

# What any request may come to; 400 also for a head that can be read in two ways.
_ALWAYS = ("unauthorized", "forbidden", "rate_limited", "headers_too_large", "internal_error", "unavailable")
_WITH_BODY = ("request_timeout", "payload_too_large", "unsupported_media_type")
_COMMAND = ("conflict", "precondition_failed", "idempotency_mismatch")


class Caller(Enum):
    """Who may call: anyone at all, anyone who may read the draft, or somebody who is signed in."""

    ANYONE = "anyone"
    READER = "reader"
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Operation:
    """The contract of a route.

    `answers` has the model of each media type, None for what is no JSON; `command` is the one of a resource form, whose
    fields in `query` may also stand there; `body` is any other body. `headers` are those of the answer.
    `codes` are the refusals that are its own.
    """

    answers: Mapping[str, Any]
    caller: Caller = Caller.SIGNED_IN
    command: type[BaseModel] | None = None
    query: tuple[str, ...] = ()
    parameters: type[BaseModel] | None = None
    body: Any = None
    codes: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    alias: bool = False
    unwell: Any = None

    @property
    def has_body(self) -> bool:
        """Whether a request may carry one."""
        return self.command is not None or self.body is not None

    def refusals(self) -> Mapping[int, Sequence[str]]:
        """Return the codes that it may refuse with, by their status."""
        body = _WITH_BODY if self.has_body else ()
        found: dict[int, list[str]] = {400: ["validation_error"]}
        if self.has_body or self.parameters is not None:
            found[422] = ["validation_error"]
        for code in dict.fromkeys((*_ALWAYS, *body, *self.codes)):
            for status in CODES[code]:
                found.setdefault(status, []).append(code)
        return dict(sorted(found.items()))


def change(command: type[BaseModel], *codes: str, answer: Any = Changed, query: Iterable[str] = ()) -> Operation:
    """Return the contract of a command's resource form; `codes` beside those that every command may come to."""
    standing = any(name in command.model_fields for name in ("draft_id", "invite_id"))
    return Operation(
        {JSON: answer},
        command=command,
        query=tuple(query),
        codes=(*(("not_found",) if standing else ()), *_COMMAND, *codes),
        headers=("OneRing-Position", "ETag", "Preference-Applied"),
        takes=("Idempotency-Key", *(("If-Match",) if standing else ()), "Prefer"),
    )


def read(
    answer: Any,
    parameters: type[BaseModel] | None = None,
    *codes: str,
    caller: Caller = Caller.READER,
    headers: tuple[str, ...] = ("OneRing-Position",),
    also: Iterable[str] = (),
) -> Operation:
    """Return the contract of a query; `also` are other media types that it can answer."""
    return Operation(
        {JSON: answer} | dict.fromkeys(also),
        caller=caller,
        parameters=parameters,
        codes=("not_found", *codes),
        headers=headers,
        takes=("OneRing-Min-Position",),
    )


def aliased(operation: Operation, answer: Any = None) -> Operation:
    """Return the contract of the same under the path that existing clients call, perhaps with another envelope."""
    answers = operation.answers if answer is None else {**operation.answers, JSON: answer}
    return replace(operation, alias=True, answers=answers)
