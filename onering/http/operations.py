"""The routes of whoever runs the service or builds a front end: is it alive, is it ready, what does it offer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from onering.auth import development
from onering.auth.credentials import presented
from onering.auth.faults import Forbidden
from onering.auth.jwks import KeyHealth
from onering.auth.origins import check_socket_origin
from onering.http.answers import Answer, answer, data
from onering.http.call import Call
from onering.http.faults import InvalidFields, NoSuchRoute
from onering.http.metrics import Metrics
from onering.http.problems import MEDIA_TYPE, Problem
from onering.log.connection import DATABASE_FAULTS
from onering.log.tail import Tail
from onering.proofs.newest import Newest
from onering.proofs.signer import Standing
from onering.proofs.tree import Published
from projections.faults import ReadFault
from projections.projector import Projector

TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Health:
    """What readiness is judged by; `alive` says whether every background task of the process runs.

    Whether the log is `signing` is told, and does not decide: commands are served all the same.
    """

    tail: Tail
    projector: Projector
    issuers: Callable[[], tuple[KeyHealth, ...]]
    alive: Callable[[], bool]
    signing: Callable[[], Standing]


class Operations:
    """Endpoints without a draft. `config` is what a front end is told; with `development_secret` it may mint tokens."""

    def __init__(
        self,
        health: Health,
        config: dict[str, Any],
        *,
        development_secret: bytes | None,
        clock: Callable[[], datetime],
        metrics: Metrics,
        newest: Newest,
    ) -> None:
        self._health = health
        self._config = config
        self._secret = development_secret
        self._clock = clock
        self._metrics = metrics
        self._newest = newest

    async def healthz(self, call: Call) -> Answer:
        """GET /healthz: 200 while the process does its work, 503 once a part of it died."""
        if not self._health.alive():
            return _unwell(call, "A background task died; this process is about to end.")
        return answer({"status": "ok"})

    async def readyz(self, call: Call) -> Answer:
        """GET /readyz: 200 when requests can be served: database, tail and read models; else 503. Lag is in events."""
        try:
            standing = await self._health.projector.health()
            newest = await self._newest.now()
        except (ReadFault, *DATABASE_FAULTS):
            return _unwell(call, "The database is out of reach.", database=False)
        tail = self._health.tail
        report = {
            "database": True,
            "tail": {"connected": tail.connected, "position": tail.position},
            "projections": [
                {"name": m.name, "version": m.version, "position": m.position, "lag": m.lag, "stuck": bool(m.trouble)}
                for m in standing
            ],
            "keys": [{"issuer": key.issuer, "usable": key.usable} for key in self._health.issuers()],
            "signing": _signing(self._health.signing(), newest, tail.position),
        }
        if not (self._health.alive() and tail.connected):
            return _unwell(call, "The log is not being followed at the moment.", **report)
        return answer({"status": "ready", **report})

    async def metrics(self, call: Call) -> Answer:
        """GET /metrics: what Prometheus reads, of all workers, for callers on this machine unless it is opened."""
        return await self._metrics.answer(call)

    async def config(self, call: Call) -> Answer:
        """GET /v1/config: what a front end needs to know before anybody signs in."""
        origin = await self._newest.origin()
        return data(self._config | {"proofs": None if origin is None else {"origin": origin}})

    async def token(self, call: Call) -> Answer:
        """POST /v1/dev/token {user_id}: a token to develop with, for pages of this origin and tools without one."""
        if self._secret is None:
            raise NoSuchRoute("Tokens are only minted in local.")
        if (call.header(b"sec-fetch-site") or "none") not in ("same-origin", "none"):
            raise Forbidden("Only pages of this service may ask for a token.")
        check_socket_origin(presented(call.headers), secure=False, allowed=frozenset())
        user_id = (await call.object()).get("user_id")
        if not isinstance(user_id, str):
            raise InvalidFields.at("user_id", "Input should be a name")
        try:
            token = development.mint(user_id, self._secret, now=self._clock(), seconds=TOKEN_SECONDS)
        except ValueError as refused:
            raise InvalidFields.at("user_id", str(refused).rstrip(".")) from None
        return data({"token": token, "user_id": user_id, "expires_in": TOKEN_SECONDS})


def _signing(standing: Standing, newest: Published | None, head: int) -> dict[str, Any]:
    size = newest.size if newest is not None else 0
    return {
        "state": standing.state,
        "origin": newest and newest.origin,
        "size": size,
        "lag": max(0, head - size),
        "detail": standing.detail,
    }


def _unwell(call: Call, detail: str, **report: Any) -> Answer:
    """Return a problem document (RFC 9457) that carries a health report beside its own members."""
    document = Problem(503, "unavailable", detail).document(call.request_id)
    return Answer(orjson.dumps(report | document), 503, media_type=MEDIA_TYPE.encode())
