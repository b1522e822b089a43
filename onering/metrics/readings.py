"""What is read off the parts of a process when somebody asks: how far they are, and what they counted themselves."""

import asyncio
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from prometheus_client import ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from onering import __version__
from onering.auth.jwks import KeyHealth
from onering.auth.verifier import Verifier
from onering.instruments import Instruments
from onering.limits.limiter import Limiter
from onering.live.hub import Hub
from onering.log.batcher import Batcher
from onering.log.connection import DATABASE_FAULTS
from onering.log.reader import head
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail
from onering.metrics.exposition import Exposed, exposed
from onering.proofs.signer import Standing
from onering.proofs.tree import Published, published
from onering.records.recorder import Recorder
from projections.faults import ReadFault
from projections.projector import ProjectionHealth, Projector

# How long the database may take over what only it knows.
DATABASE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What is read."""

    instruments: Instruments
    tail: Tail
    batcher: Batcher
    snapshots: Snapshots
    projector: Projector
    hub: Hub
    signing: Callable[[], Standing]
    recorder: Recorder
    verifier: Verifier
    issuers: Callable[[], tuple[KeyHealth, ...]]
    limiter: Limiter | None
    pool: "asyncpg.Pool[Any]"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says: the head of the log, its newest checkpoint, and how the read models stand."""

    newest: int
    signed: Published | None
    models: Sequence[ProjectionHealth]


class Readings:
    """Of one process, the worker of that number."""

    def __init__(self, parts: Parts, worker: int) -> None:
        self._parts = parts
        self._worker = worker
        self._process = ProcessCollector(registry=None)

    async def exposed(self) -> Exposed:
        """Return everything there is to say; without a database, what it would have said is left out."""
        known = await self._ask()
        # No await below: all of it is of one moment.
        return exposed(self._families(known), self._worker)

    def _families(self, known: _Known | None) -> Iterator[Metric]:
        yield from self._parts.instruments.families()
        yield from self._log(known)
        if known is not None:
            yield from _models(known.models)
            yield from _signed(known)
        yield from self._signing()
        yield from self._live()
        yield from self._records()
        yield from self._sign_in()
        if (limiter := self._parts.limiter) is not None:
            yield from _limits(limiter)
        yield from self._process.collect()
        release = GaugeMetricFamily("onering_build_info", "The release.", labels=("version", "python"))
        release.add_metric((__version__, platform.python_version()), 1)
        yield release

    async def _ask(self) -> _Known | None:
        parts = self._parts
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                models = await parts.projector.health()
                lane = parts.tail.lane
                signed = await published(parts.pool, lane)
                return _Known(await head(parts.pool, lane), signed, models)
        except (ReadFault, *DATABASE_FAULTS):
            return None

    def _log(self, known: _Known | None) -> Iterator[Metric]:
        tail, snapshots = self._parts.tail, self._parts.snapshots
        yield _gauge("onering_database_reachable", "Whether the database answered just now.", known is not None)
        yield _gauge("onering_append_waiting_commands", "Commands that wait for a batch.", self._parts.batcher.waiting)
        yield _gauge("onering_tail_connected", "Whether the log is being followed.", tail.connected)
        yield _gauge("onering_tail_position", "Position up to which the log was followed.", tail.position)
        if known is not None:
            lag = max(0, known.newest - tail.position)
            yield _gauge("onering_tail_lag_events", "Events in the log that were not followed yet.", lag)
        written = {"kept": snapshots.kept, "lost": snapshots.lost}
        yield _counters("onering_state_snapshots", "Snapshots of rules states.", "outcome", written)

    def _live(self) -> Iterator[Metric]:
        hub = self._parts.hub
        live, lagging, joining, furthest = hub.standing()
        states = {"live": live, "lagging": lagging, "joining": joining}
        yield _gauges("onering_live_sockets", "Open connections to live feeds.", "state", states)
        yield _gauge("onering_live_reader_lag_events", "Events that the last of the readers is behind.", furthest)
        yield _gauge("onering_live_feeds", "Drafts with a live feed.", hub.feeds)
        closes = {str(code): count for code, count in hub.closes.items()}
        yield _counters("onering_live_closes", "Connections that ended, by close code.", "code", closes)
        yield _counters("onering_live_joins", "Connections that joined a feed, by mode.", "mode", hub.joins)

    def _signing(self) -> Iterator[Metric]:
        refused = self._parts.signing().state == "refused"
        yield _gauge(
            "onering_signing_refused", "Whether the log contradicts what was signed, or the keys fail.", refused
        )

    def _records(self) -> Iterator[Metric]:
        recorder = self._parts.recorder
        told = "Sign-ins and refusals that this process recorded in the log."
        yield _counters("onering_records", told, "type", recorder.recorded)
        lost = "Sign-ins and refusals that were not recorded: there were too many, or the log did not take them."
        yield _counters("onering_records_dropped", lost, "type", recorder.dropped)
        yield _gauge("onering_records_waiting", "Records that wait for the log.", recorder.waiting)

    def _sign_in(self) -> Iterator[Metric]:
        reasons = {reason.value: count for reason, count in self._parts.verifier.refusals.items()}
        yield _counters("onering_token_refusals", "Tokens that were refused.", "reason", reasons)
        keys = self._parts.issuers()
        usable = {key.issuer: key.usable for key in keys}
        yield _gauges("onering_jwks_usable", "Whether an issuer's keys can be used.", "issuer", usable)
        ages = {key.issuer: key.age for key in keys if key.age is not None}
        yield _gauges("onering_jwks_age_seconds", "Age of an issuer's keys.", "issuer", ages)


def _limits(limiter: Limiter) -> Iterator[Metric]:
    decided = CounterMetricFamily(
        "onering_limit_decisions", "Requests that a limit let pass, or not.", labels=("limit", "outcome")
    )
    for key, count in limiter.decisions.items():
        decided.add_metric(key, count)
    yield decided
    alone = "Decisions that this process made without the others, or never shares."
    yield _counters("onering_limit_decisions_alone", alone, "limit", limiter.local)
    together = "Whether the processes of the database decide together."
    yield _gauge("onering_limit_together", together, limiter.together)


def _signed(known: _Known) -> Iterator[Metric]:
    size = known.signed.size if known.signed is not None else 0
    yield _gauge("onering_signed_events", "Events that the newest checkpoint covers.", size)
    lag = max(0, known.newest - size)
    yield _gauge("onering_signed_lag_events", "Events that the newest checkpoint does not cover yet.", lag)
    age = GaugeMetricFamily("onering_signed_age_seconds", "Age of the newest checkpoint.", labels=())
    if known.signed is not None:
        age.add_metric((), max(0.0, (datetime.now(UTC) - known.signed.signed_at).total_seconds()))
    yield age


def _models(models: Iterable[ProjectionHealth]) -> Iterator[Metric]:
    label = "projection"
    positions = {m.name: m.position for m in models}
    yield _gauges("onering_projection_position", "Position up to which a read model is built.", label, positions)
    lags = {m.name: m.lag for m in models}
    yield _gauges("onering_projection_lag_events", "Events that a read model is behind.", label, lags)
    leading = {m.name: m.leading for m in models}
    yield _gauges("onering_projection_leading", "Whether this worker writes a read model.", label, leading)
    stuck = {m.name: m.trouble is not None for m in models}
    yield _gauges("onering_projection_stuck", "Whether an event stops a read model here.", label, stuck)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _gauges(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    return _filled(GaugeMetricFamily(name, about, labels=(label,)), values)


def _counters(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    return _filled(CounterMetricFamily(name, about, labels=(label,)), values)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]) -> Metric:
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
