"""What a read tells, apart from how it is wrapped: in the envelope of every success, or bare."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from onering.http.answers import Answer, Header, answer, data
from onering.http.call import Call
from onering.http.commands import Endpoint


class Told(NamedTuple):
    """A JSON object, and the headers of the answer that it becomes."""

    value: Mapping[str, Any]
    headers: tuple[Header, ...] = ()


Teller = Callable[[Call], Awaitable[Told]]


def enveloped(tell: Teller) -> Endpoint:
    """Return the endpoint that answers `{"data": …}`."""

    @wraps(tell)
    async def endpoint(call: Call) -> Answer:
        told = await tell(call)
        return data(told.value, *told.headers)

    return endpoint


def bare(tell: Teller) -> Endpoint:
    """Return the endpoint that answers the object itself."""

    @wraps(tell)
    async def endpoint(call: Call) -> Answer:
        told = await tell(call)
        return answer(told.value, *told.headers)

    return endpoint
