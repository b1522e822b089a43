"""The limiter of a process: while one statement asks for many callers, those of the next one gather."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import TypeAlias

from onering.limits.gcra import Rate, Verdict, verdicts
from onering.limits.known import Key, Known
from onering.limits.store import Ask, Store, Taken
from onering.log.connection import DATABASE_FAULTS, said
from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

Waiting: TypeAlias = "asyncio.Future[Verdict]"


def _now() -> int:
    return monotonic_ns() // 1000


@dataclass(slots=True)
class _Asking:
    """All who wait for one bucket, with how many each asked for."""

    rate: Rate
    asked: list[int] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


class Limiter:
    """Decides for the processes of a database together, and for this one alone while the database is away or slow.

    `run` is its supervised task. For metrics: `allowed` and `limited` count decisions by bucket, `local` what of them
    this process decided alone, `statements` how often the database was asked.
    """

    def __init__(self, store: Store) -> None:
        self.allowed: Counter[str] = Counter()
        self.limited: Counter[str] = Counter()
        self.local: Counter[str] = Counter()
        self.statements = 0
        self._store = store
        self._known = Known()
        self._asking: dict[Key, _Asking] = {}
        self._filled = asyncio.Event()
        self._together = False
        self._backoff = Backoff()

    @property
    def decisions(self) -> Mapping[tuple[str, str], int]:
        """How many were allowed and limited, by bucket and outcome."""
        counts = {"allowed": self.allowed, "limited": self.limited}
        return {(name, outcome): number for outcome, each in counts.items() for name, number in each.items()}

    @property
    def together(self) -> bool:
        """Whether the processes of the database decide together at the moment."""
        return self._together

    def ask(self, rate: Rate, caller: str, asked: int = 1) -> "Verdict | Waiting":
        """Take from a caller's bucket; of several that are asked for, as many are granted as there are.

        The verdict, where it can be told at once, else a future of it, which never fails.
        """
        key, now = (rate.name, caller), _now()
        refusal = self._known.refusal(rate, key, now)
        if refusal is not None:
            return self._counted(rate, asked, refusal)
        if not self._together:
            return self._alone(rate, key, asked, now)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = _Asking(rate)
            self._filled.set()
        waiting: Waiting = asyncio.get_running_loop().create_future()
        asking.asked.append(asked)
        asking.waiting.append(waiting)
        return waiting

    async def take(self, rate: Rate, caller: str, asked: int = 1) -> Verdict:
        """Take from a caller's bucket, and return the verdict."""
        verdict = self.ask(rate, caller, asked)
        return verdict if isinstance(verdict, Verdict) else await verdict

    def refusal(self, rate: Rate, caller: str) -> Verdict | None:
        """Return the verdict on a caller who is known to get nothing now; take nothing."""
        return self._known.refusal(rate, (rate.name, caller), _now())

    def take_alone(self, rate: Rate, caller: str) -> Verdict:
        """Take from a bucket that every process has for itself."""
        return self._alone(rate, (rate.name, caller), 1, _now())

    async def start(self) -> None:
        """Decide together from the first request on, if the database lets us."""
        try:
            await self._store.connect()
        except DATABASE_FAULTS as fault:
            self._lost(fault)
        else:
            self._together = True

    async def run(self) -> None:
        """Decide until cancelled; from then on, this process decides alone."""
        try:
            while True:
                if not self._together:
                    await self._connect()
                await self._filled.wait()
                # Whoever comes within the next turn of the loop shares the statement.
                await asyncio.sleep(0)
                await self._decide()
        finally:
            self._together = False
            self._all_alone(self._gathered())
            self._store.disconnect()

    async def _connect(self) -> None:
        while not self._together:
            await self._backoff.wait()
            await self.start()

    async def _decide(self) -> None:
        batch, sent = self._gathered(), _now()
        asks = [Ask(asking.rate, key[1], sum(asking.asked)) for key, asking in batch.items()]
        try:
            taken = await self._store.take(asks)
        except asyncio.CancelledError:
            self._all_alone(batch)
            raise
        except DATABASE_FAULTS as fault:
            self._lost(fault)
            self._all_alone(batch)
            self._all_alone(self._gathered())
        else:
            self.statements += 1
            self._backoff.reset()
            for (key, asking), got in zip(batch.items(), taken, strict=True):
                self._settle(key, asking, got, sent)

    def _gathered(self) -> Mapping[Key, _Asking]:
        batch, self._asking = self._asking, {}
        self._filled.clear()
        return batch

    def _settle(self, key: Key, asking: _Asking, got: Taken, sent: int) -> None:
        """Tell all who asked for a bucket. What was debt when the statement was sent is no less when it was run."""
        rate = asking.rate
        self._known.learn(key, got.debt, sent)
        found = verdicts(rate, got.granted, got.debt, asking.asked)
        for asked, waiting, verdict in zip(asking.asked, asking.waiting, found, strict=True):
            self._counted(rate, asked, verdict)
            if not waiting.done():
                waiting.set_result(verdict)

    def _lost(self, fault: BaseException) -> None:
        logger.log(self._backoff.level(), "this process limits alone for now: %s", said(fault))
        self._together = False
        self._store.disconnect()

    def _all_alone(self, batch: Mapping[Key, _Asking]) -> None:
        now = _now()
        for key, asking in batch.items():
            for asked, waiting in zip(asking.asked, asking.waiting, strict=True):
                verdict = self._alone(asking.rate, key, asked, now)
                if not waiting.done():
                    waiting.set_result(verdict)

    def _alone(self, rate: Rate, key: Key, asked: int, now: int) -> Verdict:
        self.local[rate.name] += asked
        return self._counted(rate, asked, self._known.alone(rate, key, asked, now))

    def _counted(self, rate: Rate, asked: int, verdict: Verdict) -> Verdict:
        granted = verdict.granted
        if granted:
            self.allowed[rate.name] += granted
        if granted < asked:
            self.limited[rate.name] += asked - granted
        return verdict
