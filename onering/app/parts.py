"""The parts of a process, each made once and given what it needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.types import ASGIApp

from onering.app import configured
from onering.app.handshakes import refuse_handshake
from onering.app.means import Means, rules_clock, utc_now
from onering.app.readers import Readers
from onering.app.signing import Signing
from onering.auth import attempts
from onering.auth.composition import Auth, build
from onering.handle import CommandHandler
from onering.http.acknowledged import Acknowledged
from onering.http.limiting import FailedSignIns, Limited
from onering.http.refusals import Refusals
from onering.instruments import Instruments
from onering.limits.callers import Callers
from onering.limits.gcra import Rate
from onering.limits.limiter import Limiter
from onering.limits.store import ForgettingCallers, Store
from onering.live import arrivals
from onering.live.hub import Hub
from onering.live.neighbours import Neighbours
from onering.live.presence import Presence
from onering.log.batcher import Batcher
from onering.log.event import DEFAULT_LANE, StoredEvent
from onering.log.hints import Hints
from onering.log.idempotency import Forgetting
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail
from onering.metrics import readings
from onering.metrics.peers import Peers, Place
from onering.metrics.readings import Readings
from onering.plans import Plans
from onering.records.recorder import Recorder
from onering.revocations import Revocations
from onering.states import FORMAT, DraftStates
from onering.subjects import InviteTokens, Subjects
from onering.tasks import Tasks
from onering.users import Users
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.models import ReadModels
from projections.projector import Projector


class Log:
    """The log as this process writes and follows it."""

    def __init__(self, means: Means, instruments: Instruments) -> None:
        settings, database = means.settings, means.database
        self.tail = Tail(database, DEFAULT_LANE, poll_seconds=settings.poll_seconds)
        self.hints = Hints(database, DEFAULT_LANE)
        limits = configured.batch_limits(settings)
        self.batcher = Batcher(
            database,
            DEFAULT_LANE,
            self._committed,
            limits,
            follows=self.tail.follows,
            timed=instruments.committed,
        )
        self.tail.on_rewind(self.batcher.rewound)

    def _committed(self, events: Sequence[StoredEvent]) -> None:
        self.tail.offer(events)
        self.hints.announce(events[-1].position)


class Rules:
    """From a command to its outcome."""

    def __init__(self, means: Means, log: Log, models: ReadModels) -> None:
        settings, pool = means.settings, means.pool
        self.snapshots = Snapshots(pool, DEFAULT_LANE, lambda: f"{FORMAT}@{log.tail.epoch}")
        self.states = DraftStates(
            pool,
            log.tail,
            self.snapshots,
            capacity_bytes=settings.state_cache_mib << 20,
            snapshot_events=settings.snapshot_events,
        )
        self.tokens = InviteTokens(configured.invite_secret(settings, means.secret))
        self.handler = CommandHandler(
            self.states,
            log.batcher,
            pool,
            Subjects(models),
            self.tokens,
            lane=DEFAULT_LANE,
            clock=rules_clock(settings),
            handling=configured.handling(settings),
            plans=Plans(pool, enforced=settings.enforce_plans, seconds=settings.plan_seconds),
        )


class Reads:
    """The read models, and how new a person's reads must be."""

    def __init__(self, means: Means, log: Log) -> None:
        settings = means.settings
        checkpoints = Checkpoints(means.pool, DEFAULT_LANE, PROJECTIONS)
        self.models = ReadModels(means.pool, checkpoints)
        self.projector = Projector(
            means.database,
            log.tail,
            checkpoints,
            PROJECTIONS,
            batch_events=settings.projector_events,
            keep_seconds=settings.projection_keep_seconds,
            poll_seconds=settings.poll_seconds,
        )
        self.acknowledged = Acknowledged()
        log.tail.on_rewind(self.acknowledged.forget)


class Limiting:
    """How often callers may ask; switched off, as often as they like."""

    def __init__(self, means: Means) -> None:
        settings = means.settings
        self.limiter = Limiter(Store(means.database, settings.limiter_seconds))
        self.attempts: attempts.Attempts = attempts.UNCOUNTED
        self.arrivals: arrivals.Arrivals = arrivals.UNCOUNTED
        self.on = settings.rate_limit == "on"
        self._database = means.database
        self.rates = configured.rates(settings)
        self.callers = Callers(settings.trusted_proxies)
        if self.on:
            self.attempts = FailedSignIns(self.limiter, self.rates, self.callers)
            connects = Rate("connects", settings.connects_per_minute, settings.connects_burst)
            self.arrivals = arrivals.Counted(self.limiter, connects, self.callers)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Return the application within the limits."""
        return Limited(app, self.limiter, self.rates, self.callers) if self.on else app

    async def start(self) -> None:
        """Share the limits from the first request on, if the database lets us."""
        if self.on:
            await self.limiter.start()

    def runs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the background tasks, by name."""
        if not self.on:
            return {}
        return {"limiter": self.limiter.run, "callers": ForgettingCallers(self._database).run}


class Parts:
    """The parts of a process, in the order in which one needs the other.

    What follows the tail is told in this order, too: the feeds find the rules' states as new as themselves.
    """

    def __init__(self, means: Means, place: Place) -> None:
        self.means = means
        self.tasks = Tasks()
        self.instruments = Instruments()
        self.log = Log(means, self.instruments)
        self.signing = Signing(means, self.log.tail)
        self.reads = Reads(means, self.log)
        self.rules = Rules(means, self.log, self.reads.models)
        self.auth = _auth(means, self.log)
        self.limits = Limiting(means)
        self.recorder = _recorder(means, self.log)
        self.refusals = Refusals(self.recorder, self.limits.callers)
        limits = configured.feed_limits(means.settings)
        self.presence = Presence(limits)
        self.neighbours = Neighbours(means.database, self.presence, limits)
        self.hub = Hub(
            tail=self.log.tail,
            states=self.rules.states,
            models=self.reads.models,
            presence=self.presence,
            principal=self.auth.principal,
            sign_in=self.auth.sign_in,
            limits=limits,
            anonymous_read=configured.anonymous_read(means.settings),
            refuse=refuse_handshake,
            arrivals=self.limits.arrivals,
            clock=means.now,
            witness=Readers(self.refusals),
            revoked=self.auth.verifier.revoked.covers,
        )
        self.revocations = Revocations(
            means.pool, self.auth.verifier.revoked, means.settings.revocation_seconds, self.hub.end_revoked
        )
        self.log.tail.subscribe(self.revocations.follow)
        self.log.tail.on_rewind(self.revocations.rewound)
        self.peers = Peers(place, Readings(self._read(), place.number).exposed)

    def runs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the background tasks of a process, by name."""
        return {
            "tail": self.log.tail.run,
            "batcher": self.log.batcher.run,
            "records": self.recorder.run,
            "hints": self.log.hints.run,
            "projector": self.reads.projector.run,
            "snapshots": self.rules.snapshots.run,
            "live feed": self.hub.run,
            "names": self.hub.names.run,
            "presence": self.presence.run,
            "neighbours": self.neighbours.run,
            "keys": self.auth.run,
            "revocations": self.revocations.run,
            **self.signing.runs(),
            **self.limits.runs(),
            "idempotency": Forgetting(self.means.database, self.means.settings.idempotency_days).run,
        }

    def _read(self) -> readings.Parts:
        return readings.Parts(
            instruments=self.instruments,
            tail=self.log.tail,
            batcher=self.log.batcher,
            snapshots=self.rules.snapshots,
            projector=self.reads.projector,
            hub=self.hub,
            signing=self.signing.standing,
            recorder=self.recorder,
            verifier=self.auth.verifier,
            issuers=self.auth.health,
            limiter=self.limits.limiter if self.limits.on else None,
            pool=self.means.pool,
        )


def _auth(means: Means, log: Log) -> Auth:
    registrar = Users(means.pool, log.batcher).register
    auth = build(
        means.settings,
        registrar=registrar,
        http_client=means.keys,
        development_secret=means.secret,
        clock=means.clock,
    )
    log.tail.on_rewind(auth.forget)
    return auth


def _recorder(means: Means, log: Log) -> Recorder:
    limits = configured.record_limits(means.settings)
    # Commands come first: while they take half of the room there is, records wait.
    crowd = configured.batch_limits(means.settings).queue // 2
    recorder = Recorder(log.batcher, means.pool, clock=utc_now, limits=limits, busy=lambda: log.batcher.waiting > crowd)
    log.tail.on_rewind(recorder.rewound)
    return recorder
