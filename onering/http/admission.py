"""One request's standing with the limits: what is left to its caller, and whether it is one too many."""

from collections.abc import Awaitable, Mapping, MutableMapping
from typing import Any, Protocol

from onering.http.answers import Header
from onering.http.faults import RateLimited
from onering.limits.gcra import Verdict

_ADMISSION = "onering.admission"
_FIELDS = "onering.rate_fields"


class Judge(Protocol):
    """What an admission asks of the limits."""

    def commands(self, caller: str, number: int) -> Awaitable[Verdict]:
        """Take so many commands of a caller's."""

    def over(self, requests: Verdict, commands: Verdict | None) -> RateLimited | None:
        """Return what a request is told that did not get what it asked for; None if it did."""

    def fields(self, requests: Verdict, commands: Verdict | None) -> tuple[Header, ...]:
        """Return what its caller is told of what is left."""


class Admission:
    """What a request got that asked for itself and, if it is one, for a command. `over` is the 429 it then is."""

    __slots__ = ("_judge", "_requests", "_scope", "caller", "over")

    def __init__(
        self, judge: Judge, scope: MutableMapping[str, Any], caller: str, requests: Verdict, commands: Verdict | None
    ) -> None:
        self.caller = caller
        passed = requests.granted and (commands is None or commands.granted)
        self.over = None if passed else judge.over(requests, commands)
        self._judge = judge
        self._scope = scope
        self._requests = requests
        scope[_ADMISSION] = self
        tell(scope, judge.fields(requests, commands))

    async def commands(self, number: int) -> int:
        """Return how many of the commands that this request turned out to carry may be carried out."""
        if self.over is not None:
            return 0
        if number <= 1:
            return number  # it asked for that when it came
        more = await self._judge.commands(self.caller, number - 1)
        tell(self._scope, self._judge.fields(self._requests, more))
        if more.granted < number - 1:
            self.over = self._judge.over(self._requests, more._replace(granted=0))
        return 1 + more.granted


def admission_of(scope: Mapping[str, Any]) -> Admission | None:
    """Return a request's standing; None where nothing is limited."""
    admission: Admission | None = scope.get(_ADMISSION)
    return admission


def tell(scope: MutableMapping[str, Any], fields: tuple[Header, ...]) -> None:
    """Have the answer to a request carry these header fields."""
    scope[_FIELDS] = fields


def told(scope: Mapping[str, Any]) -> tuple[Header, ...]:
    """Return what the answer to a request tells of limits; nothing where nothing is limited."""
    fields: tuple[Header, ...] = scope.get(_FIELDS, ())
    return fields
