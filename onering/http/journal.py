"""What became of each command: one line in the log, one more in the counts."""

import asyncio
from time import perf_counter
from typing import NamedTuple

import structlog

from onering.domain.actor import Actor
from onering.http.call import UUID_TEXT, Call
from onering.http.envelope import COMMANDS
from onering.http.problems import kind_of
from onering.http.refusals import Refusals
from onering.instruments import Instruments
from onering.requests import Outcome

_log = structlog.get_logger(__name__)

# Refusals that are ours to mend, not the caller's.
_TROUBLE = frozenset({"internal_error", "unavailable"})


class _Ended(NamedTuple):
    """A command that came to an end; `result` is accepted, repeated or a code, `seconds` what it took."""

    call: Call
    actor: Actor
    kind: str
    result: str
    draft: str | None
    outcome: Outcome | None
    seconds: float


class Journal:
    """Kept of the commands of one process. `began` is when a command did, by time.perf_counter.

    Lines are made after the answers of a turn of the event loop, one after the other: scattered among these they
    would cost twice as much.
    """

    def __init__(self, instruments: Instruments, refusals: Refusals) -> None:
        self._instruments = instruments
        self._refusals = refusals
        self._ended: list[_Ended] = []

    def done(self, call: Call, actor: Actor, kind: str, outcome: Outcome, began: float) -> None:
        """Tell of a command that is in the log."""
        result = "repeated" if outcome.repeated else "accepted"
        self._end(_Ended(call, actor, kind, result, str(outcome.draft_id), outcome, perf_counter() - began))

    def failed(self, call: Call, actor: Actor, kind: object, draft: object, error: BaseException, began: float) -> None:
        """Tell of a command that is not; `kind` and `draft` are what its fields say, checked or not."""
        known = kind if isinstance(kind, str) and kind in COMMANDS else "unknown"
        result, about = "abandoned", _named(draft)
        if isinstance(error, Exception):
            problem = kind_of(error)
            result = problem.code
            self._refusals.of_request(call.scope, problem, error, known, about)
        self._end(_Ended(call, actor, known, result, about, None, perf_counter() - began))
        call.told()

    def _end(self, ended: _Ended) -> None:
        self._instruments.ended(ended.kind, ended.result)
        self._ended.append(ended)
        if len(self._ended) == 1:
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        ended, self._ended = self._ended, []
        log = _log.bind()  # once for all of them
        for call, actor, kind, result, draft, outcome, seconds in ended:
            (log.warning if result in _TROUBLE else log.info)(
                "command",
                type=kind,
                outcome=result,
                draft_id=draft,
                version=None if outcome is None else outcome.version,
                position=None if outcome is None else str(outcome.position),
                duration_ms=round(seconds * 1000, 3),
                actor=actor.user_id,
                request_id=call.request_id,
                trace_id=call.trace_id,
            )


def _named(draft: object) -> str | None:
    """Return the draft that a field names; None for what names none, and is nothing to repeat."""
    return draft.lower() if isinstance(draft, str) and UUID_TEXT.fullmatch(draft) else None
