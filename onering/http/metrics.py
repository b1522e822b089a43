"""Who may read what Prometheus is told: callers on this machine, whoever has the secret, anybody, or nobody."""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from ipaddress import ip_address
from typing import Literal

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from onering.auth.faults import BadRequest, Forbidden
from onering.auth.origins import check_local_host
from onering.http.answers import Answer
from onering.http.call import Call
from onering.http.faults import NoSuchRoute

# Whoever a proxy on this machine speaks for may be anywhere.
_FORWARDED = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")


class Metrics:
    """`gathered` gives the text; `audience` says who may read it beside whoever has the secret `token`."""

    def __init__(
        self,
        gathered: Callable[[], Awaitable[bytes]],
        audience: Literal["loopback", "public", "off"],
        token: str | None,
    ) -> None:
        self._gathered = gathered
        self._audience = audience
        self._token = token

    async def answer(self, call: Call) -> Answer:
        """Answer a caller who may read it. Raises Forbidden, NoSuchRoute."""
        if not (self._has_token(call) or self._audience == "public"):
            if self._audience == "off":
                raise NoSuchRoute("There is nothing at this path.")
            if not _is_local(call):
                raise Forbidden("Metrics are for callers on this machine, or with the secret of ONERING_METRICS_TOKEN.")
        return Answer(await self._gathered(), media_type=CONTENT_TYPE_PLAIN_0_0_4.encode())

    def _has_token(self, call: Call) -> bool:
        scheme, _, given = (call.header(b"authorization") or "").partition(" ")
        if self._token is None or scheme.lower() != "bearer":
            return False
        return compare_digest(given.strip().encode("latin-1"), self._token.encode())


def _is_local(call: Call) -> bool:
    """Whether a caller is on this machine, speaks for nobody else, and is no page whose name was bound to it."""
    try:
        address = ip_address(call.client)
        if not (getattr(address, "ipv4_mapped", None) or address).is_loopback:
            return False
        check_local_host(tuple(call.values(b"host")))
    except (ValueError, BadRequest):
        return False
    return not any(call.values(name) for name in _FORWARDED)
