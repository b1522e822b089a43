"""An issuer's published keys: fetched by one task, kept while they are young enough, never trusted blindly."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import structlog

from onering.auth.clock import Clock
from onering.auth.faults import Unavailable
from onering.auth.keys import BoundKey
from onering.auth.published import FetchFailed, keys_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How keys age and how often they are asked for, in seconds."""

    soft: float = 3600.0
    hard: float = 86_400.0
    fetch: float = 5.0
    unknown_kid: float = 60.0
    retry: float = 60.0


@dataclass(frozen=True, slots=True)
class KeyHealth:
    """What an operator wants to know of an issuer's keys; `age` in seconds, `failure` in one line."""

    issuer: str
    usable: bool
    age: float | None
    failure: str | None


class RemoteKeys:
    """The keys of one issuer, at `url` or where its metadata says. `run` is the only one who fetches; requests look up,
    and at most wait for a round.
    """

    def __init__(self, issuer: str, url: str | None, client: httpx.AsyncClient, clock: Clock, limits: Limits) -> None:
        self.issuer = issuer
        self.generation = 0
        self._url = url
        self._client = client
        self._now = clock.monotonic
        self._limits = limits
        self._keys: Mapping[str, BoundKey] = {}
        self._fetched_at: float | None = None
        self._next_at = 0.0
        self._asked_at = -math.inf
        self._failures = 0
        self._failure: str | None = None
        self._wake = asyncio.Event()
        # The newest round of fetching, set when it is over; all who need its outcome wait for this one event.
        self._round = asyncio.Event()

    async def find(self, kid: str) -> BoundKey | None:
        """Return the key of that kid, or None if the issuer has none. Raises `Unavailable` without usable keys.

        An unknown kid asks the issuer again at most once a minute, however many tokens carry one.
        """
        keys = self._usable()
        if kid not in keys and (waiting := self._worth_waiting_for(keys)) is not None:
            await self._end_of(waiting)
            keys = self._usable()
        if not keys:
            raise Unavailable(max(1, math.ceil(self._next_at - self._now())))
        return keys.get(kid)

    def health(self) -> KeyHealth:
        """Return the state of these keys for readiness and metrics."""
        age = None if self._fetched_at is None else self._now() - self._fetched_at
        return KeyHealth(self.issuer, bool(self._usable()), age, self._failure)

    async def run(self) -> None:
        """Keep the keys fresh for ever: at once, then at the soft age, on an unknown kid, and after failures."""
        while True:
            pause = await self._refresh()
            self._next_at = self._now() + pause
            self._wake.clear()
            self._round.set()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                self._begin_round()

    def _usable(self) -> Mapping[str, BoundKey]:
        if self._fetched_at is None or self._now() - self._fetched_at >= self._limits.hard:
            return {}
        return self._keys

    def _worth_waiting_for(self, keys: Mapping[str, BoundKey]) -> asyncio.Event | None:
        if not self._round.is_set():
            return self._round
        if not keys or self._now() - self._asked_at < self._limits.unknown_kid:
            return None
        self._asked_at = self._now()
        self._begin_round()
        self._wake.set()
        return self._round

    async def _end_of(self, waiting: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._limits.fetch + 1):
                await waiting.wait()
        except TimeoutError:  # nobody fetches: `run` was not started, or was stopped
            _log.error("jwks_nobody_fetches", issuer=self.issuer)

    def _begin_round(self) -> None:
        # A request may have begun one in the moment the pause ran out: then somebody waits for that one already.
        if self._round.is_set():
            self._round = asyncio.Event()

    async def _refresh(self) -> float:
        """Fetch once; return the seconds until the next time."""
        try:
            keys, refused = await keys_of(self._client, self.issuer, self._url, self._limits.fetch)
        except FetchFailed as failure:
            return self._failed(str(failure))
        except Exception as error:  # a fault of ours must not end the only task that fetches
            _log.exception("jwks_refresh_broke", issuer=self.issuer)
            return self._failed(f"unexpected {type(error).__name__}")
        for refusal in refused:
            _log.warning("jwks_key_refused", issuer=self.issuer, why=str(refusal))
        self._replace(keys)
        return self._limits.soft

    def _failed(self, why: str) -> float:
        self._failures += 1
        self._failure = why
        _log.warning("jwks_refresh_failed", issuer=self.issuer, why=why, failures=self._failures)
        return min(self._limits.retry, 2.0 ** min(self._failures - 1, 10))

    def _replace(self, keys: Mapping[str, BoundKey]) -> None:
        if keys != self._keys:
            self.generation += 1  # whatever was verified with the old set is verified again
            _log.info("jwks_keys_changed", issuer=self.issuer, keys=len(keys))
        self._keys = keys
        self._fetched_at = self._now()
        self._failures = 0
        self._failure = None
